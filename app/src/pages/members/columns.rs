//! The columns of the list, from left to right.

use keyrack_types::{dates::readable_day, members::MemberView};

use crate::components::table::Column;

/// What a cell shows.
pub(super) enum Cell {
    Text(String),
    /// A text and a badge behind it.
    Marked(String, &'static str),
    OnOff(bool),
    Role(MemberView),
    Actions(MemberView),
}

/// The columns that everybody sees.
pub(super) static COLUMNS: [Column<MemberView, Cell>; 6] = [
    Column { title: "Name", title_hidden: false, class: "member-name", cell: name },
    Column {
        title: "Email",
        title_hidden: false,
        class: "member-email",
        cell: |member| Cell::Text(member.email.clone()),
    },
    Column { title: "Role", title_hidden: false, class: "member-role", cell: |member| Cell::Role(member.clone()) },
    Column {
        title: "Second factor",
        title_hidden: false,
        class: "member-factor",
        cell: |member| Cell::OnOff(member.second_factor),
    },
    Column {
        title: "Since",
        title_hidden: false,
        class: "figures",
        cell: |member| Cell::Text(readable_day(member.since.date_naive())),
    },
    Column {
        title: "Tokens",
        title_hidden: false,
        class: "figures",
        cell: |member| Cell::Text(member.tokens.to_string()),
    },
];

/// For owners.
pub(super) static ACTIONS: Column<MemberView, Cell> = Column {
    title: "Actions",
    title_hidden: true,
    class: "cell-actions",
    cell: |member| Cell::Actions(member.clone()),
};

fn name(member: &MemberView) -> Cell {
    let name = if member.name.is_empty() { member.email.clone() } else { member.name.clone() };
    if member.me { Cell::Marked(name, "You") } else { Cell::Text(name) }
}
