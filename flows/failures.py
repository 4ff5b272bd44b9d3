"""What went wrong, in words that say what to do: no exception reaches people as a traceback."""

import errno

_DO = {
    errno.ENOSPC: "the disk is full: make room and run it again",
    errno.EDQUOT: "the quota is used up: make room and run it again",
    errno.EACCES: "give this program the right to read and write there",
    errno.EPERM: "give this program the right to read and write there",
    errno.EROFS: "the file system can only be read: give another folder with --data or TRIALWATCH_DATA",
    errno.EISDIR: "a folder stands where a file belongs: move it away",
    errno.ENOTDIR: "a file stands where a folder belongs: move it away",
    errno.EEXIST: "something else stands there: move it away",
    errno.ENOENT: "it is not there: see whether its folder was moved or deleted",
    errno.ENOTEMPTY: "the folder is not empty: move away what is in it",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n)",
    errno.EIO: "the disk cannot be read or written: see to it before anything else is kept there",
}


def in_words(error: BaseException) -> str:
    """One sentence about an error: its own, or where the file system failed and what to do."""
    if isinstance(error, OSError) and error.errno is not None:
        places = [str(name) for name in (error.filename, error.filename2) if name is not None]
        what = f"{' → '.join(places) or 'the file system'}: {(error.strerror or 'failed').lower()}"
        return f"{what}; {_DO.get(error.errno, 'mend that and run it again')}"
    if isinstance(error, KeyboardInterrupt):
        return "stopped by a person"
    if isinstance(error, SystemExit):
        return "told to end"
    text = str(error).strip()
    kind = type(error)
    is_ours = kind.__module__.split(".")[0] not in {"builtins"}
    if text and is_ours:
        return text
    return f"an error that this program does not know ({kind.__name__}: {text or 'no words'}); please report it"
