"""Tables of the supplements: what stands beside the pooled effects and decides nothing."""
