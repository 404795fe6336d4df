"""Pages of referrals, consultations and actions. A view reads, asks one service, and answers."""
