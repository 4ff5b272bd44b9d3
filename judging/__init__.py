"""From record versions and people's rulings to a judgement. Pure: no store, no network, no clock."""
