"""The window: kit bar, banners, and the page of the moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from station.errors import StationError
from station.files import list_charts
from station.preferences import Preferences
from station.sheet.client import SheetClient
from station.start_pad import check_start_pad
from ui import theme
from ui.choosing import Choosing
from ui.desk import Desk
from ui.feed import Feed
from ui.grid import Grid
from ui.keys import BINDINGS, IN_TAKE, REPEATING, Act
from ui.kitsearch import FoundKit, KitSearch
from ui.learning import Learning
from ui.pages.calibrate import CalibratePage
from ui.pages.play import PlayPage
from ui.pages.report import ReportPage
from ui.plan import SIMULATED_DRUMMER, Plan, demo_plan
from ui.practice import UNTIL_STOPPED
from ui.sounding import Sounding
from ui.soundsearch import SoundSearch
from ui.state import Phase
from ui.widgets.bars import Banner, KitBar, lost_text, simulated_text
from ui.widgets.key_page import KeyPage

NOTHING_CHOSEN = Preferences()
# A plain text's height as a share of the window's smaller side, in steps: a style sheet is
# not made anew for every pixel.
_TEXT_SHARE = 50
_LEAST_TEXT_PX, _LARGEST_TEXT_PX = 12, 40


class Window(QMainWindow):
    """The dashboard.

    Parameters
    ----------
    feed
        Joined to a running engine.
    plan
        What is on the desk at first.
    search
        A search for kits that has begun, or None.
    sound_search
        Begins a search for sound cards and MIDI ports; None: none is made.
    demo_without_kit
        Play the simulated drummer at once when the search finds no real kit.
    chosen
        What the player has chosen once and for all.
    keep
        Told of other such choices.

    Attributes
    ----------
    play, report, calibrate
        The pages.
    key_page
        The keys, over everything else.
    engine_banner, problem_banner, kit_banner, calibration_banner, simulated_banner
        The strips above them.
    """

    def __init__(
        self,
        feed: Feed,
        plan: Plan,
        search: KitSearch | None = None,
        *,
        sound_search: Callable[[], SoundSearch] | None = None,
        demo_without_kit: bool = False,
        chosen: Preferences = NOTHING_CHOSEN,
        keep: Callable[[Preferences], None] = lambda chosen: None,
    ) -> None:
        super().__init__()
        self._feed, self._state = feed, feed.state
        self._search, self._demo_without_kit = search, demo_without_kit
        self._unit_px = 0
        self.setWindowTitle("Edrum station")
        self.kit_bar = KitBar(self._state)
        self.engine_banner = Banner("problem", "Engine")
        self.engine_banner.offer("Start a new engine", self._new_engine)
        self.problem_banner = Banner("problem", "Problem")
        self.problem_banner.offer("Close", self._feed.dismiss_problems)
        self.kit_banner = Banner("problem", "Kit")
        self.calibration_banner = Banner("simulated", "Calibration")
        self.calibration_banner.offer("Calibrate (C)", self._open_calibration)
        self.calibration_banner.offer("Later", self._put_calibration_off)
        self.simulated_banner = Banner("simulated", "Simulated")
        self._sheets = SheetClient()
        self.play, self.report = PlayPage(self._state, self._sheets), ReportPage(self._sheets)
        self.calibrate = CalibratePage(self._state)
        self.key_page = KeyPage()
        self._sounding = Sounding(feed, self.play.setup.sound, sound_search)
        self._choosing = Choosing(feed, self.play, self._sounding, chosen, keep)
        self._learning = Learning(feed, self.play.setup, self._choosing.choose_pad, self.play.say)
        self._desk = Desk(self._state, self.play.setup, feed.complain)
        self._pages = QStackedWidget()
        for page in (self.play, self.report, self.calibrate):
            self._pages.addWidget(page)
        self._lay_out()
        self._join()
        self.play.setup.show_charts(list_charts())
        self.play.setup.show_kits([])
        self._choosing.use()
        self._desk.lay_plan(plan)
        self.refresh()
        self.play.setup.start.setFocus()

    def _lay_out(self) -> None:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(10)
        for strip in (
            self.kit_bar,
            self.engine_banner,
            self.problem_banner,
            self.kit_banner,
            self.calibration_banner,
            self.simulated_banner,
        ):
            layout.addWidget(strip)
        layout.addWidget(self._pages, 1)
        self.setCentralWidget(body)
        self.key_page.setParent(body)
        self.setMinimumSize(800, 500)
        self.resize(1280, 800)

    def _join(self) -> None:
        feed, setup = self._feed, self.play.setup
        feed.frame.connect(self._show_frame)
        feed.changed.connect(self.refresh)
        moved = (feed.kit_changed, feed.sound_changed, feed.calibration_told, feed.calibrated)
        for changed in moved:
            changed.connect(self._sound_moved)
        feed.verdict_changed.connect(lambda: self.play.call.show_verdict(self._state.verdict))
        feed.take_ended.connect(self._sounding.ask)
        feed.take_ended.connect(self._show_report)
        feed.engine_lost.connect(self.engine_banner.show_text)
        feed.engine_back.connect(lambda: self.engine_banner.show_text(""))
        feed.engine_back.connect(self._sounding.forget)
        feed.pad_struck.connect(self._pad_struck)
        setup.kit_chosen.connect(lambda address: feed.connect_kits([address]))
        setup.chart_chosen.connect(self._lay_chosen)
        setup.plan_changed.connect(self._show_desk)
        setup.start_pad_chosen.connect(self._learning.forget)
        setup.start_pad_chosen.connect(self._choosing.take_pad)
        setup.sound.changed.connect(self._sound_chosen)
        setup.sound.calibrate_asked.connect(self._open_calibration)
        setup.start_asked.connect(self.start_or_stop)
        setup.search_asked.connect(self.search)
        self.play.stop_asked.connect(self.start_or_stop)
        self.play.picture_asked.connect(self._change_picture)
        self.report.again_asked.connect(self.start_or_stop)
        self.report.back_asked.connect(self.leave)
        self.calibrate.start_asked.connect(self.start_or_stop)
        self.calibrate.back_asked.connect(self.leave)
        self._acts: dict[Act, Callable[[], None]] = {
            Act.START_STOP: self.start_or_stop,
            Act.LEAVE: self.leave,
            Act.KEYS: self._show_keys,
            Act.VISUAL_CLICK: self._choosing.change_visual_click,
            Act.MUTE: self._mute,
            Act.CALIBRATE: self._open_calibration,
            Act.SHEET: self._change_picture,
            Act.BY_HEART: self.play.change_by_heart,
            Act.FULL_SCREEN: self._full_screen,
            Act.SEARCH: self.search,
        }
        for keys, act in BINDINGS:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setAutoRepeat(act in REPEATING)
            shortcut.activated.connect(partial(self.act, act))

    # ------------------------------------------------------------------ commands

    def act(self, act: Act) -> None:
        """What a key does."""
        if self._state.playing and act not in IN_TAKE:
            return
        if self.key_page.isVisible() and act is not Act.FULL_SCREEN:
            self.key_page.hide()
            if act in (Act.KEYS, Act.LEAVE):
                return
        if act in self._acts:
            self._acts[act]()
            return
        self._back_to_choices()
        self.play.say(*self._desk.act(act))
        self.refresh()

    def _mute(self) -> None:
        if not self._state.tapping:
            self.play.say(*self._sounding.mute())

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def start_or_stop(self) -> None:
        """What the space bar does."""
        if self._state.playing:
            self._stop()
        elif self._state.phase is Phase.DEAD:
            return
        elif self.showing_calibration:
            page = self.calibrate
            self._sounding.calibrate(page.bpm.value(), int(page.clicks.value()))
        else:
            self._start(self.play.setup.plan())

    def leave(self) -> None:
        """What the escape key does: stop the take, else leave the report, else the station."""
        if self._state.playing:
            self._stop()
        elif self.showing_choices:
            self.close()
        else:
            self._back_to_choices()

    def _stop(self) -> None:
        if not self._state.tapping:
            self._desk.stay_at(self.play.bar)
        self._feed.stop()

    def _back_to_choices(self) -> None:
        if not self.showing_choices:
            self._pages.setCurrentWidget(self.play)
            self.play.setup.start.setFocus()
            self._show_desk()

    def _pad_struck(self) -> None:
        self.key_page.hide()
        self.start_or_stop()

    def _show_keys(self) -> None:
        body = self.centralWidget()
        assert body is not None
        self.key_page.setGeometry(body.rect())
        self.key_page.raise_()
        self.key_page.show()

    def _sound_chosen(self) -> None:
        self._choosing.take_sound()
        self.refresh()

    def _sound_moved(self) -> None:
        self._sounding.ask()
        self._choosing.show_pulse()
        self.refresh()

    def _open_calibration(self) -> None:
        self._learning.give_up()
        self._state.calibrated = None
        self._pages.setCurrentWidget(self.calibrate)
        self.calibrate.start.setFocus()
        self.refresh()

    def _put_calibration_off(self) -> None:
        self._sounding.put_off()
        self.refresh()

    def _change_picture(self) -> None:
        """Notes in place of lanes or plots, and back."""
        if self.showing_report:
            self.report.change_picture()
        else:
            self._choosing.change_sheet()

    def search(self) -> None:
        """Look for kits again."""
        if self._search is None:
            self._search = KitSearch()
        self._sounding.search()

    @property
    def showing_choices(self) -> bool:
        """Whether the page with the choices is in front."""
        return self._pages.currentWidget() is self.play

    @property
    def showing_calibration(self) -> bool:
        """Whether the page to calibrate at is in front."""
        return self._pages.currentWidget() is self.calibrate

    @property
    def showing_report(self) -> bool:
        """Whether the report is in front."""
        return self._pages.currentWidget() is self.report

    def _start(self, plan: Plan) -> None:
        try:
            chart = plan.chart_as_played()
            if self._feed.start_pad is not None and not self._state.simulated:
                check_start_pad(self._feed.start_pad.pad, chart)
        except StationError as error:
            self._feed.complain(str(error))
            return
        self._state.lay_out(Grid(chart, open_end=plan.repeats == UNTIL_STOPPED))
        self._learning.give_up()
        self._pages.setCurrentWidget(self.play)
        start = self._sounding.of(plan.start_command(chart))
        self._feed.start(start)
        self._state.uncalled = self._sounding.uncalled(on_first_hit=start.on_first_hit)
        self.play.refresh()

    def _lay_chosen(self) -> None:
        self._desk.lay_chosen()
        self.refresh()

    def _show_desk(self) -> None:
        self._desk.show()
        self.refresh()

    def _new_engine(self) -> None:
        self.engine_banner.show_text("")
        self._feed.new_engine()

    # ------------------------------------------------------------------- showing

    def refresh(self) -> None:
        """Follow the view-model in all that does not move."""
        self.kit_bar.refresh()
        self.kit_banner.show_text(lost_text(self._state))
        # A report says it itself.
        missing = self._sounding.missing() if self.showing_choices else ""
        self.calibration_banner.show_text(missing)
        self.simulated_banner.show_text(simulated_text(self._state))
        self.problem_banner.show_text(" ".join(self._state.problems))
        self.play.refresh()
        self.calibrate.refresh()

    def _show_frame(self, now_ns: int) -> None:
        if self._search is not None:
            found = self._search.poll()
            if found is not None:
                self._search = None
                self._show_kits(found)
        self._sounding.poll(now_ns)
        if self.showing_report:
            self.report.show_frame()
        elif self.showing_calibration:
            self.calibrate.show_frame()
        else:
            self._learning.show_frame(now_ns)
            self.play.show_frame(now_ns)

    def _show_kits(self, kits: list[FoundKit]) -> None:
        self.play.setup.show_kits(kits)
        if not self._demo_without_kit:
            return
        self._demo_without_kit = False
        real = [kit for kit in kits if not kit.simulated]
        address = real[0].address if real else SIMULATED_DRUMMER
        self.play.setup.show_address(address)
        self._feed.connect_kits([address])
        if not real:
            plan = demo_plan(self.play.setup.plan().chart)
            self._desk.lay_plan(plan)
            self._start(plan)

    def _show_report(self) -> None:
        state = self._state
        if state.report is None or state.grid is None:
            return
        # A page that was never shown does not know yet how much room it has.
        self.report.resize(self._pages.size())
        self.report.show_report(state.report, state.take_id, state.grid, state.uncalled)
        self._pages.setCurrentWidget(self.report)
        self.report.again.setFocus()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Big windows have big type."""
        super().resizeEvent(event)
        self.key_page.hide()
        side = min(self.height(), self.width() * 10 // 16)
        unit_px = max(_LEAST_TEXT_PX, min(_LARGEST_TEXT_PX, side // _TEXT_SHARE))
        if unit_px != self._unit_px:
            self._unit_px = unit_px
            self.setStyleSheet(theme.style_sheet(unit_px))

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 - Qt's name
        """End the engine; a running take is kept."""
        self.hide()
        if self._search is not None:
            self._search.cancel()
            self._search = None
        self._sounding.close()
        self._sheets.close()
        self._feed.close()
        super().closeEvent(event)
