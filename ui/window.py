"""The window: kit bar, banners, and the page of the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from station.errors import StationError
from station.files import list_charts
from station.preferences import Preferences
from station.sheet.client import SheetClient
from station.start_pad import StartPad, check_start_pad
from ui import theme
from ui.desk import Desk
from ui.feed import Feed
from ui.grid import Grid
from ui.keys import BINDINGS, IN_TAKE, REPEATING, Act
from ui.kitsearch import FoundKit, KitSearch
from ui.pages.play import PlayPage
from ui.pages.report import ReportPage
from ui.plan import SIMULATED_DRUMMER, Plan, demo_plan
from ui.practice import UNTIL_STOPPED
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
    demo_without_kit
        Play the simulated drummer at once when the search finds no real kit.
    chosen
        What the player has chosen once and for all.
    keep
        Told of other such choices.

    Attributes
    ----------
    play, report
        The pages.
    key_page
        The keys, over everything else.
    engine_banner, problem_banner, kit_banner, simulated_banner
        The strips above them.
    """

    def __init__(
        self,
        feed: Feed,
        plan: Plan,
        search: KitSearch | None = None,
        *,
        demo_without_kit: bool = False,
        chosen: Preferences = NOTHING_CHOSEN,
        keep: Callable[[Preferences], None] = lambda chosen: None,
    ) -> None:
        super().__init__()
        self._feed, self._state = feed, feed.state
        self._search, self._demo_without_kit = search, demo_without_kit
        self._chosen, self._keep = chosen, keep
        self._unit_px = 0
        self.setWindowTitle("Edrum station")
        self.kit_bar = KitBar(self._state)
        self.engine_banner = Banner("problem", "Engine")
        self.engine_banner.offer("Start a new engine", self._new_engine)
        self.problem_banner = Banner("problem", "Problem")
        self.problem_banner.offer("Close", self._feed.dismiss_problems)
        self.kit_banner = Banner("problem", "Kit")
        self.simulated_banner = Banner("simulated", "Simulated")
        self._sheets = SheetClient()
        self.play, self.report = PlayPage(self._state, self._sheets), ReportPage(self._sheets)
        self.key_page = KeyPage()
        self._desk = Desk(self._state, self.play.setup, feed.complain)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.play)
        self._pages.addWidget(self.report)
        self._lay_out()
        self._join()
        self.play.setup.show_charts(list_charts())
        self.play.setup.show_kits([])
        self._use_chosen()
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
        feed.kit_changed.connect(self.refresh)
        feed.verdict_changed.connect(lambda: self.play.call.show_verdict(self._state.verdict))
        feed.take_ended.connect(self._show_report)
        feed.engine_lost.connect(self.engine_banner.show_text)
        feed.engine_back.connect(lambda: self.engine_banner.show_text(""))
        feed.pad_struck.connect(self._pad_struck)
        setup.kit_chosen.connect(lambda address: feed.connect_kits([address]))
        setup.chart_chosen.connect(self._lay_chosen)
        setup.plan_changed.connect(self._show_desk)
        setup.start_pad_chosen.connect(
            lambda: self._choose(replace(self._chosen, start_pad=setup.pad))
        )
        setup.start_asked.connect(self.start_or_stop)
        setup.search_asked.connect(self.search)
        self.play.stop_asked.connect(self.start_or_stop)
        self.play.picture_asked.connect(self._change_picture)
        self.report.again_asked.connect(self.start_or_stop)
        self.report.back_asked.connect(self.leave)
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
        match act:
            case Act.START_STOP:
                self.start_or_stop()
            case Act.LEAVE:
                self.leave()
            case Act.KEYS:
                self._show_keys()
            case Act.VISUAL_CLICK:
                self._choose(replace(self._chosen, visual_click=not self._chosen.visual_click))
                on = "on" if self._chosen.visual_click else "off"
                self.play.say(on.upper(), f"the visual click is {on}")
            case Act.SHEET:
                self._change_picture()
            case Act.BY_HEART:
                self.play.change_by_heart()
            case Act.FULL_SCREEN:
                self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
            case Act.SEARCH:
                self.search()
            case _:
                self._back_to_choices()
                self.play.say(*self._desk.act(act))
                self.refresh()

    def start_or_stop(self) -> None:
        """What the space bar does."""
        if self._state.playing:
            self._stop()
        elif self._state.phase is not Phase.DEAD:
            self._start(self.play.setup.plan())

    def leave(self) -> None:
        """What the escape key does: stop the take, else leave the report, else the station."""
        if self._state.playing:
            self._stop()
        elif self.showing_report:
            self._back_to_choices()
        else:
            self.close()

    def _stop(self) -> None:
        self._desk.stay_at(self.play.bar)
        self._feed.stop()

    def _back_to_choices(self) -> None:
        if self.showing_report:
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

    def _choose(self, chosen: Preferences) -> None:
        """Use what was chosen once and for all, and keep it."""
        self._chosen = chosen
        self._use_chosen()
        try:
            self._keep(chosen)
        except StationError as error:
            self._feed.complain(str(error))

    def _use_chosen(self) -> None:
        pad = self._chosen.start_pad
        self._feed.start_pad = None if pad is None else StartPad(pad)
        self.play.setup.show_start_pad(pad)
        self.play.pulse.setVisible(self._chosen.visual_click)
        self.play.show_picture(sheet=self._chosen.sheet)

    def _change_picture(self) -> None:
        """Notes in place of lanes or plots, and back."""
        if self.showing_report:
            self.report.change_picture()
        else:
            self._choose(replace(self._chosen, sheet=not self._chosen.sheet))

    def search(self) -> None:
        """Look for kits again."""
        if self._search is None:
            self._search = KitSearch()

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
        self._pages.setCurrentWidget(self.play)
        self._feed.start(plan.start_command(chart))

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
        self.simulated_banner.show_text(simulated_text(self._state))
        self.problem_banner.show_text(" ".join(self._state.problems))
        self.play.refresh()

    def _show_frame(self, now_ns: int) -> None:
        if self._search is not None:
            found = self._search.poll()
            if found is not None:
                self._search = None
                self._show_kits(found)
        if self.showing_report:
            self.report.show_frame()
        else:
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
        self.report.show_report(state.report, state.take_id, state.grid)
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
        self._sheets.close()
        self._feed.close()
        super().closeEvent(event)
