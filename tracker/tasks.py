"""Celery's doorbell for what the tracker does with time. It takes nothing: what is due is read from the rows."""

from celery import shared_task


@shared_task(name="tracker.tasks.publish_figures", ignore_result=True)
def publish_figures() -> None:
    """Publish the month's figures for leads where they are not there yet. Running twice publishes once."""
    from .services import publishing

    publishing.publish()


@shared_task(name="tracker.tasks.drop_expired_imports", ignore_result=True)
def drop_expired_imports() -> None:
    """Delete uploaded trackers, and their rows, that nobody has touched for a week."""
    from .services import imports

    imports.drop_expired()
