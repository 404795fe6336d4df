"""Files that people send: none is taken further than the bound, however large it is."""

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

MOST_BYTES = 20 * 1024 * 1024


class BoundedUpload(FileUploadHandler):
    """The first of settings.FILE_UPLOAD_HANDLERS. What is larger than MOST_BYTES is read past, and kept nowhere.

    The rest of the form arrives as usual; `too_large(request)` says that there was such a file.
    """

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.taken += len(raw_data)
        if self.taken > MOST_BYTES:
            self.request.upload_too_large = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None  # the handlers after this one make the file


def too_large(request) -> bool:
    """Whether a file of this request was larger than MOST_BYTES. Ask after its form was read."""
    return getattr(request, "upload_too_large", False)
