"""Paper: HTML to PDF/UA, and the responses that carry it."""
