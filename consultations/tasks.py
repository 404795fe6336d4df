"""Celery's doorbell for what falls due with time. It takes nothing: what is due is read from the rows."""

from celery import shared_task


@shared_task(name="consultations.tasks.casework_round", ignore_result=True)
def casework_round() -> None:
    """Remind, ask for feedback and chase it, and bring up restrictions to review. Running twice tells nobody twice."""
    from .services import rounds

    rounds.run()
