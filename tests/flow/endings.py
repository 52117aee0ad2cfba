"""Every way in which a request ends, played on a stage of its own."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot import hardening
from bot.client import AnimifyClient
from bot.store import Change
from bot.telemetry import Metrics
from bot.ui import custom_ids
from bot.ui.custom_ids import Action
from engine.dispatcher import Moment
from engine.safety import Verdict
from playground import Interaction, Message, Playground
from styles import load
from tests.engine.fakes import SAFE, UNSAFE, Act, FakeChecker, FakeRunner, Signals
from tests.faults.mishaps import Journeys, all_resumed, watched
from tests.flow import canaries
from tests.flow.canaries import Photo, marker
from tests.flow.stage import the_bot

PLENTY = 99
"""Times that a fault happens: more often than anybody tries."""


class Play:
    """A server with Mika in it, one bot after another on one database, and what was asked of them.

    Attributes
    ----------
    reason
        Words of a moderator's.
    """

    client: AnimifyClient
    journeys: Journeys
    queue: Signals

    def __init__(self, world: Playground, database: Path, name: str) -> None:
        self.world = world
        self.photo = Photo.make(name)
        self.reason = marker(f"the reason of {name}")
        self.metrics = Metrics(load())
        self.asked: list[Interaction] = []
        self._guild = world.guild("Cosy Corner")
        self._channel = self._guild.text_channel("photos")
        self.mika = self._guild.member("Mika")
        self._database = database
        self._bot = AsyncExitStack()

    async def start(self, *runners: FakeRunner, checker: FakeChecker | None = None) -> None:
        """Another bot, whose painter paints where there are no runners."""
        hardening.remember_no_addresses()  # as `animify run` does
        self.queue = Signals()
        self.client = await self._bot.enter_async_context(
            the_bot(
                self.world,
                self._database,
                runners=runners or None,
                checker=checker,
                observer=self.queue,
                witness=self.metrics,
            )
        )
        self.journeys = await self._bot.enter_async_context(watched(self.client))

    async def stop(self) -> None:
        await self._bot.aclose()

    async def ask(self, *, by: str = "Mika", damaged: bool = False) -> Interaction:
        """`/animify` with the photo."""
        member = self.mika if by == "Mika" else self._guild.member(by)
        interaction = await member.slash(
            self._channel, "animify", photo=self.photo.upload(damaged=damaged), style="ghibli", seed=7
        )
        self.asked.append(interaction)
        return interaction

    async def ask_and_see(self, *, damaged: bool = False) -> None:
        """The same, until all is over."""
        await self.ask(damaged=damaged)
        await self.journeys.next_end()

    async def ask_by_forms(self) -> None:
        """With two photos, one of them damaged, and with a picture of a message, until all is over."""
        form = await self.mika.slash(self._channel, "animify", style="ghibli")
        await self._send(form, photos=[self.photo.upload(), self.photo.upload(damaged=True)])
        message = await self.mika.say(self._channel, "", self.photo.upload())
        await self._send(await self.mika.use_on_message(self._channel, "Animify this", message))

    async def _send(self, form: Interaction, **filled: Any) -> None:
        await form.response()
        self.asked += [form, await self.mika.submit(form, filled)]
        await self.journeys.next_end()

    async def compare(self) -> None:
        """Before/After, as an animation, and for everyone."""
        job_id = f"{self.asked[-1].id}-0"
        steps = [custom_ids.write(action, job_id) for action in (Action.COMPARE, Action.WIPE, Action.POST_WIPE)]
        card = await self._shown(partial(carries, custom_id=steps[0]))
        for this, following in pairwise(steps):
            self.asked.append(await self.mika.click(card, this))
            card = await self._shown(partial(carries, custom_id=following))
        self.asked.append(await self.mika.click(card, steps[-1]))
        await self._shown(lambda message: "Everyone sees it" in message.text)

    async def _shown(self, fits: Callable[[Message], bool]) -> Message:
        event = await self.world.wait_for(lambda event: event.message is not None and fits(event.message))
        assert event.message is not None
        return event.message

    async def block(self) -> None:
        """What a moderator does to Mika, with a reason."""
        done = await self.client.services.store.desk.block(self._by_a_moderator("a block"))
        assert done.cancelled
        self.client.services.journey.recall(done.cancelled, lambda: "You are blocked.")

    async def unblock(self) -> None:
        """And takes back."""
        assert await self.client.services.store.desk.unblock(self._by_a_moderator("a pardon"))

    def _by_a_moderator(self, cause: str) -> Change:
        return Change(cause=cause, guild_id=self._guild.id, actor_id=1, reason=self.reason, member_id=self.mika.id)

    async def erase(self) -> None:
        """What /privacy delete does to what is stored of Mika."""
        privacy = self.client.services.store.privacy
        plan = await privacy.begin_erasure(self.mika.id)
        self.client.services.journey.recall(plan.cancelled, lambda: "You are erased.")
        await privacy.gone(plan.posts)
        await privacy.erase(self.mika.id)

    def canaries(self) -> dict[str, bytes]:
        """All that must be nowhere, but for the bot's token, which it needs."""
        found = dict(self.photo.canaries)
        for interaction in self.asked:
            found |= canaries.of_interaction(self.world, interaction)
        return found


def carries(message: Message, custom_id: str) -> bool:
    return any(one.custom_id == custom_id for one in message.buttons)


Ending = Callable[[Play], Awaitable[None]]


def engine_does(act: Act) -> Ending:
    async def ending(play: Play) -> None:
        await play.start(FakeRunner(act))
        await play.ask_and_see()

    return ending


def discord_fails(method: str, path: str, status: int) -> Ending:
    async def ending(play: Play) -> None:
        await play.start(FakeRunner())
        play.world.faults.next(method, path, status=status, times=PLENTY)
        await play.ask_and_see()

    return ending


def checker_says(*verdicts: Verdict) -> Ending:
    async def ending(play: Play) -> None:
        await play.start(FakeRunner(), checker=FakeChecker(*verdicts))
        await play.ask_and_see()

    return ending


async def painted_by_the_painter(play: Play) -> None:
    await play.start()
    await play.ask_and_see()


async def compared(play: Play) -> None:
    await play.start(FakeRunner())
    await play.ask_and_see()
    await play.compare()


async def asked_by_forms(play: Play) -> None:
    await play.start(FakeRunner())
    await play.ask_by_forms()


async def unreadable(play: Play) -> None:
    await play.start(FakeRunner())
    await play.ask_and_see(damaged=True)


async def posted_nowhere(play: Play) -> None:
    await play.start(FakeRunner())
    play.world.faults.next("POST", r"/messages$", status=403, times=PLENTY)
    play.world.faults.next("PATCH", r"/messages/", status=403, times=PLENTY)
    await play.ask_and_see()


async def cut_off(play: Play) -> None:
    runner = FakeRunner(Act.STALL)
    await play.start(runner)
    await play.ask()
    await play.queue.until(Moment.GRANTED)
    journey = play.client.services.journey
    await journey.close(patience=0)
    runner.gate.release()
    await journey._lane.studio.engine.close()
    await play.journeys.next_end()


async def resumed(play: Play) -> None:
    await play.start(FakeRunner(Act.STALL))
    await play.ask()
    await play.queue.until(Moment.GRANTED)
    await play.stop()
    await play.start(FakeRunner())
    await all_resumed(play.client)


async def blocked(play: Play) -> None:
    """While it waits; and then somebody who is blocked asks again."""
    runner = FakeRunner(Act.STALL)
    await play.start(runner)
    crowd = ["Ren", "Yuki", "Aoi"]  # one is painted, and the next two have fetched their photos
    for name in crowd:
        await (await play.ask(by=name)).response()
    await (await play.ask()).response()
    await play.block()
    runner.gate.release()
    for _ in (*crowd, "Mika"):
        await play.journeys.next_end()
    await play.ask_and_see()


async def erased(play: Play) -> None:
    """After a picture, a block, and what it has cancelled; one that holds would be kept with its reason."""
    await play.start(FakeRunner())
    await play.ask_and_see()
    await play.stop()
    await blocked(play)
    await play.unblock()
    await play.erase()


ENDINGS: Mapping[str, Ending] = {
    "delivered": engine_does(Act.PAINT),
    "painted by the painter": painted_by_the_painter,
    "compared with the photo": compared,
    "asked for by forms": asked_by_forms,
    "the first answer fails": discord_fails("POST", r"/callback$", 404),
    "not fetched": discord_fails("GET", r"attachments/", 500),
    "unreadable": unreadable,
    "an unsafe photo": checker_says(UNSAFE),
    "refused by the engine": engine_does(Act.REFUSE),
    "the engine is lost": engine_does(Act.LOSE),
    "the engine crashes": engine_does(Act.CRASH),
    "painted nothing": engine_does(Act.BLACK),
    "an unsafe picture": checker_says(SAFE, UNSAFE),
    "posted nowhere": posted_nowhere,
    "cut off": cut_off,
    "cut off and resumed": resumed,
    "blocked": blocked,
    "erased": erased,
}
