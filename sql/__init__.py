"""Views of the warehouse: plain DuckDB SQL, one per file, number = order = layer."""
