//! Which rows of a list are selected, as people know it from file managers: click, Ctrl, Shift and the keyboard.

/// Held modifier keys. Cmd counts as Ctrl.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub ctrl: bool,
    pub shift: bool,
}

/// Selected rows by id, so that sorting and reloading do not change what is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    ids: Vec<i64>,
    /// Where a range begins.
    anchor: Option<i64>,
    /// The row that has, or had last, the keyboard.
    focus: Option<i64>,
}

impl Selection {
    /// Whether a row is selected.
    pub fn contains(&self, id: i64) -> bool {
        self.ids.contains(&id)
    }

    /// How many rows are selected.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The selected row, when it is exactly one.
    pub fn single(&self) -> Option<i64> {
        if let [id] = self.ids[..] { Some(id) } else { None }
    }

    /// The row that Tab leads to: the last focused one, else the first selected, else the first.
    pub fn tab_stop(&self, order: &[i64]) -> Option<i64> {
        let focused = self.focus.filter(|id| order.contains(id));
        focused.or_else(|| order.iter().copied().find(|id| self.contains(*id))).or_else(|| order.first().copied())
    }

    /// Selects one row and nothing else.
    pub fn only(&mut self, id: i64) {
        self.ids = vec![id];
        self.anchor = Some(id);
        self.focus = Some(id);
    }

    /// Selects nothing.
    pub fn clear(&mut self) {
        self.ids.clear();
        self.anchor = None;
    }

    /// Forgets rows that are not in the list any more.
    pub fn retain(&mut self, order: &[i64]) {
        self.ids.retain(|id| order.contains(id));
        self.anchor = self.anchor.filter(|id| order.contains(id));
        self.focus = self.focus.filter(|id| order.contains(id));
    }

    /// The row got the keyboard without anything being selected.
    pub fn focus(&mut self, id: i64) {
        self.focus = Some(id);
    }

    /// A click on a row.
    pub fn click(&mut self, order: &[i64], id: i64, held: Held) {
        match held {
            Held { shift: true, ctrl } => self.extend(order, id, ctrl),
            Held { ctrl: true, .. } => self.toggle(id),
            _ => self.only(id),
        }
    }

    /// Space on a row: selects it, or no longer.
    pub fn toggle(&mut self, id: i64) {
        match self.ids.iter().position(|other| *other == id) {
            Some(at) => _ = self.ids.remove(at),
            None => self.ids.push(id),
        }
        self.anchor = Some(id);
        self.focus = Some(id);
    }

    /// A checkbox was set or cleared. `range`: with everything from where the last single choice was.
    pub fn check(&mut self, order: &[i64], id: i64, checked: bool, range: bool) {
        let place = |id: i64| order.iter().position(|other| *other == id);
        let anchor = self.anchor.filter(|_| range).and_then(place);
        let rows = match (anchor, place(id)) {
            (Some(from), Some(to)) => &order[from.min(to)..=from.max(to)],
            _ => &[id],
        };
        self.ids.retain(|id| !rows.contains(id));
        if checked {
            self.ids.extend(rows);
        }
        self.anchor = Some(id);
        self.focus = Some(id);
    }

    /// Ctrl+A.
    pub fn all(&mut self, order: &[i64]) {
        self.ids = order.to_vec();
    }

    /// Where the keyboard belongs once rows are gone: the row that had it, else the next one that is left, else the last
    /// one before it.
    pub fn left_of(at: i64, before: &[i64], now: &[i64]) -> Option<i64> {
        let place = before.iter().position(|id| *id == at)?;
        let (earlier, later) = before.split_at(place);
        later.iter().chain(earlier.iter().rev()).copied().find(|id| now.contains(id))
    }

    /// A key that moves: the row it leads to, which is selected (plain), added as a range (Shift) or only focused (Ctrl).
    /// `None` when the key does not move.
    pub fn go(&mut self, order: &[i64], key: &str, held: Held) -> Option<i64> {
        const PAGE: usize = 10;
        let last = order.len().checked_sub(1)?;
        let at = self.tab_stop(order).and_then(|id| order.iter().position(|other| *other == id)).unwrap_or(0);
        let to = match key {
            "ArrowDown" => at + 1,
            "ArrowUp" => at.saturating_sub(1),
            "PageDown" => at + PAGE,
            "PageUp" => at.saturating_sub(PAGE),
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        let id = order[to.min(last)];
        match held {
            Held { shift: true, ctrl } => self.extend(order, id, ctrl),
            Held { ctrl: true, .. } => self.focus(id),
            _ => self.only(id),
        }
        Some(id)
    }

    /// The range from the anchor to `id`; what was selected outside of it goes, unless Ctrl is held too.
    fn extend(&mut self, order: &[i64], id: i64, keep: bool) {
        let place = |id: i64| order.iter().position(|other| *other == id);
        let anchor = self.anchor.or(self.focus).filter(|id| place(*id).is_some()).unwrap_or(id);
        if !keep {
            self.ids.clear();
        }
        if let (Some(from), Some(to)) = (place(anchor), place(id)) {
            self.ids.retain(|id| !order[from.min(to)..=from.max(to)].contains(id));
            self.ids.extend(&order[from.min(to)..=from.max(to)]);
        }
        self.anchor = Some(anchor);
        self.focus = Some(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: [i64; 5] = [10, 30, 20, 50, 40];
    const PLAIN: Held = Held { ctrl: false, shift: false };
    const CTRL: Held = Held { ctrl: true, shift: false };
    const SHIFT: Held = Held { ctrl: false, shift: true };
    const BOTH: Held = Held { ctrl: true, shift: true };

    fn selected(selection: &Selection) -> Vec<i64> {
        ORDER.into_iter().filter(|id| selection.contains(*id)).collect()
    }

    #[test]
    fn click_selects_ctrl_adds_shift_extends() {
        let mut selection = Selection::default();
        selection.click(&ORDER, 30, PLAIN);
        assert_eq!((selected(&selection), selection.single()), (vec![30], Some(30)));
        selection.click(&ORDER, 40, CTRL);
        assert_eq!((selected(&selection), selection.single()), (vec![30, 40], None));
        selection.click(&ORDER, 40, CTRL);
        assert_eq!(selected(&selection), [30]);
        selection.click(&ORDER, 30, PLAIN);
        selection.click(&ORDER, 50, SHIFT);
        assert_eq!(selected(&selection), [30, 20, 50]);
        selection.click(&ORDER, 10, SHIFT);
        assert_eq!(selected(&selection), [10, 30], "a range turns around its anchor");
        selection.click(&ORDER, 50, CTRL);
        selection.click(&ORDER, 40, BOTH);
        assert_eq!(selected(&selection), [10, 30, 50, 40]);
    }

    #[test]
    fn keys_do_the_same() {
        let mut selection = Selection::default();
        assert_eq!(selection.tab_stop(&ORDER), Some(10));
        assert_eq!(selection.go(&ORDER, "ArrowDown", PLAIN), Some(30));
        assert_eq!(selection.go(&ORDER, "ArrowDown", SHIFT), Some(20));
        assert_eq!(selection.go(&ORDER, "ArrowDown", SHIFT), Some(50));
        assert_eq!(selection.go(&ORDER, "ArrowUp", SHIFT), Some(20));
        assert_eq!(selected(&selection), [30, 20]);
        assert_eq!(selection.go(&ORDER, "End", CTRL), Some(40));
        assert_eq!(selected(&selection), [30, 20], "Ctrl only moves the focus");
        selection.toggle(40);
        assert_eq!(selected(&selection), [30, 20, 40]);
        assert_eq!(selection.go(&ORDER, "Home", PLAIN), Some(10));
        assert_eq!(selected(&selection), [10]);
        assert_eq!(selection.go(&ORDER, "PageDown", PLAIN), Some(40));
        assert_eq!(selection.go(&ORDER, "x", PLAIN), None);
        selection.all(&ORDER);
        assert_eq!(selection.len(), 5);
        assert_eq!(selection.go(&[], "End", PLAIN), None);
    }

    #[test]
    fn checkboxes_add_and_take_away_alone_or_in_ranges() {
        let mut selection = Selection::default();
        selection.check(&ORDER, 30, true, false);
        selection.check(&ORDER, 40, true, false);
        assert_eq!(selected(&selection), [30, 40]);
        selection.check(&ORDER, 20, true, true);
        assert_eq!(selected(&selection), [30, 20, 50, 40], "from 40, the last one that was set");
        selection.check(&ORDER, 50, false, true);
        assert_eq!(selected(&selection), [30, 40]);
        assert_eq!(selection.tab_stop(&ORDER), Some(50));
        let mut fresh = Selection::default();
        fresh.check(&ORDER, 20, true, true);
        assert_eq!(selected(&fresh), [20], "a range without an anchor is the row itself");
    }

    #[test]
    fn the_keyboard_goes_to_the_next_row_that_is_left() {
        let left = |at, now: &[i64]| Selection::left_of(at, &ORDER, now);
        assert_eq!(left(20, &[10, 30, 50, 40]), Some(50));
        assert_eq!(left(20, &ORDER), Some(20));
        assert_eq!(left(40, &[10, 30, 20, 50]), Some(50), "the last row: the one before it");
        assert_eq!(left(20, &[10]), Some(10));
        assert_eq!((left(20, &[]), left(77, &ORDER)), (None, None));
    }

    #[test]
    fn the_selection_survives_a_reload_by_id() {
        let mut selection = Selection::default();
        selection.click(&ORDER, 30, PLAIN);
        selection.click(&ORDER, 20, CTRL);
        selection.retain(&[5, 20, 10]);
        assert_eq!(selection.single(), Some(20));
        selection.retain(&[5]);
        assert!(selection.is_empty());
        assert_eq!(selection.tab_stop(&[5]), Some(5));
        selection.click(&[5], 5, SHIFT);
        assert_eq!(selection.single(), Some(5), "a range without an anchor is the row itself");
    }
}
