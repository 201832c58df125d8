"""What the portal costs: times, queries and bytes of its main pages on a country of real size."""
