"""The only place that imports everyone else. `night` is the line; `surveillance` hands it to Prefect."""
