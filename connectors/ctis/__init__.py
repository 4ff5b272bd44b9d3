"""The EU's Clinical Trials Information System."""
