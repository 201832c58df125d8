"""The reference deployment, tried on loopback."""
