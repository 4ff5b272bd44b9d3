"""The only openers of the three stores: archive (what sources said), ledger (what was done), warehouse (what it means)."""
