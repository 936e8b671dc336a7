"""The window: kit bar, banners, and the page of the moment."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from station.errors import StationError
from station.files import list_charts
from station.sheet.client import SheetClient
from ui import theme
from ui.feed import Feed
from ui.grid import Grid
from ui.kitsearch import FoundKit, KitSearch
from ui.pages.play import PlayPage
from ui.pages.report import ReportPage
from ui.plan import SIMULATED_DRUMMER, Plan, demo_plan
from ui.state import Phase
from ui.widgets.bars import Banner, KitBar, lost_text, simulated_text

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

    Attributes
    ----------
    play, report
        The pages.
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
    ) -> None:
        super().__init__()
        self._feed, self._state = feed, feed.state
        self._search, self._demo_without_kit = search, demo_without_kit
        self._chart_name = plan.chart
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
        self._pages = QStackedWidget()
        self._pages.addWidget(self.play)
        self._pages.addWidget(self.report)
        self._lay_out()
        self._join()
        self.play.setup.show_charts(list_charts())
        self.play.setup.show_kits([])
        self._lay_plan(plan)
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
        setup.kit_chosen.connect(lambda address: feed.connect_kits([address]))
        setup.plan_changed.connect(self._lay_chosen)
        setup.start_asked.connect(self.start_or_stop)
        setup.search_asked.connect(self.search)
        self.play.stop_asked.connect(self.start_or_stop)
        self.report.again_asked.connect(self.start_or_stop)
        self.report.back_asked.connect(self.leave)
        for key, act in (
            (Qt.Key.Key_Space, self.start_or_stop),
            (Qt.Key.Key_Escape, self.leave),
            (Qt.Key.Key_S, self._change_picture),
            (Qt.Key.Key_H, self.play.change_by_heart),
            (Qt.Key.Key_F5, self.search),
            (Qt.Key.Key_F11, self._full_screen),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(act)

    # ------------------------------------------------------------------ commands

    def start_or_stop(self) -> None:
        """What the space bar does."""
        if self._state.playing:
            self._feed.stop()
        elif self._state.phase is not Phase.DEAD:
            self._start(self.play.setup.plan())

    def leave(self) -> None:
        """What the escape key does: stop the take, else leave the report, else the station."""
        if self._state.playing:
            self._feed.stop()
        elif self.showing_report:
            self._lay_chosen()
            self._pages.setCurrentWidget(self.play)
            self.play.setup.start.setFocus()
        else:
            self.close()

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
        except StationError as error:
            self._feed.complain(str(error))
            return
        self._state.lay_out(Grid(chart))
        self._pages.setCurrentWidget(self.play)
        self._feed.start(plan.start_command(chart))

    def _lay_plan(self, plan: Plan) -> None:
        """Put a plan into the choices, and its chart on the desk."""
        try:
            chart = plan.chart_as_played()
            self._tell_complaint(plan)
        except StationError as error:
            self._feed.complain(str(error))
            return
        self._chart_name = plan.chart
        self.play.setup.show_plan(plan, chart.bpm)
        # A take that was asked for before there was a window has its chart already.
        if not self._state.playing:
            self._state.lay_out(Grid(chart))

    def _lay_chosen(self) -> None:
        plan = self.play.setup.plan()
        try:
            if plan.chart != self._chart_name:
                self._chart_name = plan.chart
                own = Plan(plan.kit, plan.chart).chart_as_played()
                self._tell_complaint(plan)
                self.play.setup.show_bpm(own.bpm)
                plan = self.play.setup.plan()
            self._state.lay_out(Grid(plan.chart_as_played()))
        except StationError as error:
            self._feed.complain(str(error))
        self.refresh()

    def _tell_complaint(self, plan: Plan) -> None:
        complaint = plan.complaint()
        if complaint:
            self._feed.complain(complaint)

    def _new_engine(self) -> None:
        self.engine_banner.show_text("")
        self._feed.new_engine()

    def _change_picture(self) -> None:
        (self.report if self.showing_report else self.play).change_picture()

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

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
            self._lay_plan(plan)
            self._start(plan)

    def _show_report(self) -> None:
        state = self._state
        if state.report is None or state.grid is None:
            return
        self.report.show_report(state.report, state.take_id, state.grid)
        self._pages.setCurrentWidget(self.report)
        self.report.again.setFocus()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Big windows have big type."""
        super().resizeEvent(event)
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
