//! The draft of a token, without views: where it starts, what is wrong with it, what another person changed meanwhile.

use chrono::NaiveDate;
use keyrack_types::dates::{DateError, parse_typed_day, readable_end, typed_day};
use keyrack_types::methods::ApiSet;
use keyrack_types::refusal::Field;
use keyrack_types::token_limits::TokenLimits;
use keyrack_types::tokens::{
    DESCRIPTION_LIMIT, DescriptionProblem, TokenDifference, TokenDraft, TokenView, check_description,
};
use serde::{Deserialize, Serialize};

/// What the token dialog was opened for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    Generate,
    Copy,
    /// Holds the token as it was when the draft began; its version is the one the edit names.
    Edit(Box<TokenView>),
}

impl Purpose {
    /// The dialog's name.
    pub const fn title(&self) -> &'static str {
        match self {
            Purpose::Generate => "Generate Access Token",
            Purpose::Copy => "Copy Access Token",
            Purpose::Edit(_) => "Edit Access Token",
        }
    }

    /// The token that is edited.
    pub fn base(&self) -> Option<&TokenView> {
        match self {
            Purpose::Edit(base) => Some(base),
            _ => None,
        }
    }
}

/// Everything that a dialog needs to open, and that survives a session which ended in between. Never a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    pub purpose: Purpose,
    pub draft: TokenDraft,
    /// Whether the description is the person's own; until then it follows the API set.
    pub touched: bool,
}

impl Start {
    /// A new token. It begins with nothing ticked, so that a token never opens everything by oversight.
    pub fn generate() -> Start {
        let draft = TokenDraft {
            description: ApiSet::Custom.name().into(),
            api_set: ApiSet::Custom,
            methods: Vec::new(),
            expires: String::new(),
            shared: false,
            limits: TokenLimits::default(),
        };
        Start { purpose: Purpose::Generate, draft, touched: false }
    }

    /// An existing token, to be changed.
    pub fn edit(token: TokenView) -> Start {
        let draft = draft_of(&token);
        Start { purpose: Purpose::Edit(Box::new(token)), draft, touched: true }
    }

    /// A new token after an existing one.
    pub fn copy(token: &TokenView) -> Start {
        let mut draft = draft_of(token);
        draft.description = copied(&token.description);
        Start { purpose: Purpose::Copy, draft, touched: true }
    }
}

/// A token as a draft of itself.
pub fn draft_of(token: &TokenView) -> TokenDraft {
    TokenDraft {
        description: token.description.clone(),
        api_set: token.api_set,
        methods: if token.api_set == ApiSet::Custom { token.methods.clone() } else { Vec::new() },
        expires: typed_expiry(token),
        shared: token.shared,
        limits: token.limits.clone(),
    }
}

/// The last day of a token as it is typed; empty for one that never expires.
pub fn typed_expiry(token: &TokenView) -> String {
    token.expires.map(|moment| typed_day(moment.date_naive())).unwrap_or_default()
}

/// What is wrong, by field. The server checks again; this saves the round trip.
pub fn problems(draft: &TokenDraft, base: Option<&TokenView>, today: NaiveDate) -> Vec<(Field, String)> {
    let description = description_problem(&draft.description).map(|text| (Field::Description, text));
    let expires = expiry_problem(&draft.expires, base, today).map(|error| (Field::Expires, error.to_string()));
    let nothing = draft.api_set == ApiSet::Custom && draft.methods.is_empty();
    let methods = nothing.then(|| (Field::Methods, "Tick at least one method, or choose a prepared API set.".into()));
    [description, expires, methods].into_iter().flatten().collect()
}

fn description_problem(text: &str) -> Option<String> {
    match check_description(text) {
        Ok(_) => None,
        Err(DescriptionProblem::Empty) => Some("Write a few words that tell later what this token is for.".into()),
        Err(DescriptionProblem::TooLong(length)) => {
            Some(format!("At most {DESCRIPTION_LIMIT} characters; these are {length}."))
        }
        Err(DescriptionProblem::Hidden(_)) => Some(
            "Characters that cannot be seen, such as tabs and line breaks, cannot stand here: write one line of plain text."
                .into(),
        ),
    }
}

/// A day must not be past, except the one that an edited token already has.
pub fn expiry_problem(text: &str, base: Option<&TokenView>, today: NaiveDate) -> Option<DateError> {
    match parse_typed_day(text) {
        Err(error) => Some(error),
        Ok(Some(day)) if day < today => {
            let unchanged = base.and_then(|token| token.expires).is_some_and(|moment| moment.date_naive() == day);
            (!unchanged).then_some(DateError::Past)
        }
        Ok(_) => None,
    }
}

/// A draft that began from `base`, as a draft of the token as it is `now`: what its author changed stays, what they left
/// alone follows the token. The methods count as one: a mixture would open what neither of the two authors chose.
pub fn rebased(draft: &TokenDraft, base: &TokenView, now: &TokenView) -> TokenDraft {
    let (base, mut rebased) = (draft_of(base), draft_of(now));
    if draft.description != base.description {
        rebased.description.clone_from(&draft.description);
    }
    if draft.expires != base.expires {
        rebased.expires.clone_from(&draft.expires);
    }
    if (draft.api_set, &draft.methods) != (base.api_set, &base.methods) {
        rebased.api_set = draft.api_set;
        rebased.methods.clone_from(&draft.methods);
    }
    if draft.shared != base.shared {
        rebased.shared = draft.shared;
    }
    if draft.limits != base.limits {
        rebased.limits.clone_from(&draft.limits);
    }
    rebased
}

/// What is different between two states of a token, one line each, for a conflict with another member's change.
pub fn differences(before: &TokenView, after: &TokenView) -> Vec<String> {
    let difference = TokenDifference::between(before.into(), after.into());
    if difference.is_none() {
        return vec!["Its secret was regenerated.".into()];
    }
    let TokenDifference { description, api_set, added, removed, expires, shared, limits } = difference;
    let mut lines = Vec::new();
    if let Some((_, now)) = description {
        lines.push(format!("The description is now “{now}”."));
    }
    if let Some((_, now)) = expires {
        lines.push(match now {
            Some(moment) => format!("It now expires on {}.", readable_end(moment)),
            None => "It now never expires.".into(),
        });
    }
    if let Some((_, now)) = api_set {
        lines.push(format!("The API set is now {}.", now.name()));
    }
    // What a prepared set holds is said by its name.
    if after.api_set == ApiSet::Custom || before.api_set == ApiSet::Custom {
        lines.extend(listed("Added", &added));
        lines.extend(listed("Taken away", &removed));
    }
    if let Some(shared) = shared {
        let now = if shared { "shared with the account" } else { "private to its owner" };
        lines.push(format!("It is now {now}."));
    }
    for limit in limits.iter().flat_map(|limits| limits.0.changes(&limits.1)) {
        lines.push(format!("{}: now {}.", limit.title, limit.after));
    }
    lines
}

/// `Added: a, b, c and 4 more.`
fn listed(word: &str, names: &[String]) -> Option<String> {
    const SHOWN: usize = 5;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    match (names.len(), more) {
        (0, _) => None,
        (_, 0) => Some(format!("{word}: {shown}.")),
        _ => Some(format!("{word}: {shown} and {more} more.")),
    }
}

/// A description for a copy, no longer than is allowed.
fn copied(description: &str) -> String {
    const MARK: &str = " (copy)";
    let kept: String = description.chars().take(DESCRIPTION_LIMIT - MARK.len()).collect();
    kept + MARK
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use keyrack_types::dates::parse_wire_moment;

    /// A token with one method that never expires.
    pub fn token(id: i64, description: &str) -> TokenView {
        TokenView {
            id,
            description: description.into(),
            api_set: ApiSet::Custom,
            methods: vec!["environment.control.StopEnv".into()],
            expires: None,
            expired: false,
            last_used: None,
            used: None,
            created: parse_wire_moment("2026-11-01 10:00:00").unwrap(),
            owner: "ada@example.org".into(),
            mine: true,
            shared: false,
            version: 1,
            limits: TokenLimits::default(),
            secrets: Vec::new(),
            frozen: false,
        }
    }

    fn today() -> NaiveDate {
        "2026-11-24".parse().unwrap()
    }

    fn fields(draft: &TokenDraft, base: Option<&TokenView>) -> Vec<Field> {
        problems(draft, base, today()).into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let mut draft = Start::generate().draft;
        assert_eq!(fields(&draft, None), [Field::Methods]);
        draft.description = " ".into();
        draft.expires = "31-02-2027".into();
        assert_eq!(fields(&draft, None), [Field::Description, Field::Expires, Field::Methods]);
        draft.description = "a\tb".into();
        draft.expires = "24-11-2026".into();
        draft.api_set = ApiSet::MavenPlugin;
        assert_eq!(fields(&draft, None), [Field::Description]);
        draft.description = "token\u{202e}gnp".into();
        assert_eq!(fields(&draft, None), [Field::Description]);
        draft.description = "ä".repeat(255);
        assert!(fields(&draft, None).is_empty());
        draft.description.push('ä');
        assert_eq!(fields(&draft, None), [Field::Description]);
    }

    #[test]
    fn a_past_day_passes_only_where_it_stood_before() {
        let mut old = token(1, "old");
        old.expires = parse_wire_moment("2026-01-31");
        let mut draft = draft_of(&old);
        assert_eq!(draft.expires, "31-01-2026");
        assert!(fields(&draft, Some(&old)).is_empty());
        assert_eq!(fields(&draft, None), [Field::Expires]);
        draft.expires = "30-01-2026".into();
        assert_eq!(fields(&draft, Some(&old)), [Field::Expires]);
    }

    #[test]
    fn a_copy_keeps_everything_but_says_that_it_is_one() {
        let mut from = token(1, &"x".repeat(255));
        from.expires = parse_wire_moment("2027-01-31");
        let copy = Start::copy(&from);
        assert_eq!(copy.draft.methods, from.methods);
        assert_eq!(copy.draft.expires, "31-01-2027");
        assert!(copy.draft.description.ends_with("x (copy)") && copy.draft.description.chars().count() == 255);
        assert_eq!(Start::edit(token(2, "plain")).draft.description, "plain");
    }

    #[test]
    fn a_draft_kept_over_a_conflict_is_only_what_its_author_changed() {
        let base = token(1, "deploy");
        let mut now = base.clone();
        now.description = "theirs".into();
        now.expires = parse_wire_moment("2027-03-09");
        now.methods = vec!["a.b.C".into()];
        now.version = 2;
        let mut draft = draft_of(&base);
        assert_eq!(rebased(&draft, &base, &now), draft_of(&now));
        draft.description = "mine".into();
        draft.api_set = ApiSet::MavenPlugin;
        draft.methods.clear();
        let rebased = rebased(&draft, &base, &now);
        assert_eq!((rebased.description.as_str(), rebased.expires.as_str()), ("mine", "09-03-2027"));
        assert_eq!((rebased.api_set, rebased.methods.len()), (ApiSet::MavenPlugin, 0));
    }

    #[test]
    fn what_somebody_else_changed_is_told_in_words() {
        let before = token(1, "deploy");
        let mut after = before.clone();
        assert_eq!(differences(&before, &after), ["Its secret was regenerated."]);
        after.description = "deploy web".into();
        after.methods = (1..8).map(|n| format!("a.b.M{n}")).collect();
        after.expires = parse_wire_moment("2027-03-09");
        after.shared = true;
        let expected = [
            "The description is now “deploy web”.",
            "It now expires on 9 Mar 2027.",
            "Added: a.b.M1, a.b.M2, a.b.M3, a.b.M4, a.b.M5 and 2 more.",
            "Taken away: environment.control.StopEnv.",
            "It is now shared with the account.",
        ];
        assert_eq!(differences(&before, &after), expected);
    }
}
