"""Records become studies, judged, with a state. Pure: no store, no network, no clock."""
