"""A browser's part of the protocol, which keeps all that it is sent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx
from pypdf import PdfReader
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import StringArray
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.canaries.marks import readable, texts_in

_SECONDS = 60
_WIDGET = re.compile(r"\$\$(?:ID|GENERATED)-.*", re.DOTALL)


@dataclass
class Sent:
    """What one run sent: its messages, and the same as bytes with each table's cells laid open."""

    messages: list[ForwardMsg] = field(default_factory=list)

    @property
    def data(self) -> bytes:
        """All of it, to be searched."""
        return b"\n".join(readable(message) for message in self.messages)

    @property
    def size(self) -> int:
        return sum(message.ByteSize() for message in self.messages)

    def widgets(self, key: str = "") -> list[str]:
        """The identifiers of the widgets whose keys begin so."""
        ids = {text for each in self.messages for text in texts_in(each) if _WIDGET.match(text)}
        return sorted(each for each in ids if each.split("-", 2)[-1].startswith(key))

    def files(self) -> list[tuple[str, str]]:
        """The widget and the number of each file that can be asked for."""
        buttons = [
            each.delta.new_element.download_button
            for each in self.messages
            if each.delta.new_element.HasField("download_button")
        ]
        return [(button.id, button.deferred_file_id) for button in buttons]

    def fragments(self) -> set[str]:
        """The parts that draw themselves anew."""
        return {m.delta.fragment_id for m in self.messages if m.delta.fragment_id}

    def about_the_tab(self) -> bytes:
        """What names the tab and its address, and all identifiers of widgets."""
        kinds = ("page_info_changed", "page_config_changed", "new_session", "navigation")
        named = [m.SerializeToString() for m in self.messages if m.WhichOneof("type") in kinds]
        return b"\n".join([*named, *(each.encode() for each in self.widgets())])


@dataclass(frozen=True)
class Saved:
    """A file, and what came with it: its address and the headers of the answer."""

    content: bytes
    around: bytes

    @property
    def words(self) -> bytes:
        """What can be read in the file."""
        if not self.content.startswith(b"%PDF"):
            return self.content
        pages = PdfReader(BytesIO(self.content)).pages
        return "\n".join(page.extract_text() for page in pages).encode()


class Tab:
    """One tab of somebody who is signed in."""

    def __init__(self, client: httpx.Client, path: str = "", query: str = "") -> None:
        self._client = client
        self.state = ClientState(page_name=path, query_string=query)
        self.session = ""
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        base = str(client.base_url).rstrip("/")
        self._connection = connect(
            f"{base.replace('http', 'ws', 1)}/_stcore/stream",
            origin=Origin(base),
            additional_headers={"Cookie": cookies},
            max_size=None,
            compression=None,
        )
        self._socket: ClientConnection

    def __enter__(self) -> Self:
        self._socket = self._connection.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.__exit__(kind, fault, trace)

    def run(self, *widgets: WidgetState, fragment: str = "") -> Sent:
        """Ask for the page, with these widgets changed, and read until it is drawn."""
        kept = {each.id: each for each in self.state.widget_states.widgets}
        kept |= {each.id: each for each in widgets}
        del self.state.widget_states.widgets[:]
        self.state.widget_states.widgets.extend(kept.values())
        self.state.fragment_id = fragment
        self._tell(BackMsg(rerun_script=self.state))
        sent = Sent(list(self._until_drawn()))
        for message in sent.messages:
            if message.WhichOneof("type") == "new_session":
                self.session = message.new_session.initialize.session_id
                self.state.page_script_hash = message.new_session.page_script_hash
            elif message.WhichOneof("type") == "navigation":
                self.state.page_script_hash = message.navigation.page_script_hash
        return sent

    def runs_with_numbers(self) -> list[Sent]:
        """The page, and the page with the numbers of each chart opened, if there are any."""
        first = self.run()
        opened = [WidgetState(id=each, bool_value=True) for each in first.widgets("numbers-")]
        return [first, self.run(*opened)] if opened else [first]

    def save(self, file_id: str) -> Saved:
        """A file as its button saves it: made now, and fetched."""
        request = BackendOperationRequest(request_id=str(uuid4()), session_id=self.session)
        request.deferred_file.file_id = file_id
        self._tell(BackMsg(backend_operation_request=request))
        while (message := self._next()).WhichOneof("type") != "backend_operation_response":
            pass
        response = message.backend_operation_response
        assert not response.error_msg, response.error_msg
        answer = self._client.get(response.deferred_file.url)
        assert answer.status_code == 200
        return Saved(answer.content, f"{answer.url}\n{answer.headers}".encode())

    def _until_drawn(self) -> Iterator[ForwardMsg]:
        while True:
            message = self._next()
            yield message
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                return

    def _tell(self, message: BackMsg) -> None:
        self._socket.send(message.SerializeToString())

    def _next(self) -> ForwardMsg:
        data = self._socket.recv(timeout=_SECONDS)
        assert isinstance(data, bytes)
        message: ForwardMsg = ForwardMsg.FromString(data)
        return message


def chosen(widget: str, *words: str) -> WidgetState:
    """A switch with these words chosen."""
    return WidgetState(id=widget, string_array_value=StringArray(data=words))


def typed(widget: str, words: str) -> WidgetState:
    """A field with these words in it."""
    return WidgetState(id=widget, string_value=words)


def all_data(sent: Iterable[Sent]) -> bytes:
    """What several runs sent."""
    return b"\n".join(each.data for each in sent)
