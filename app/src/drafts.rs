//! Drafts of the token dialog as the domain takes them, and what it says of them in words.

use chrono::{DateTime, NaiveDate, Utc};
use keyrack_domain::tokens::{ChangeReview, Expiry, NewReview, NewToken, Renewal, Scope, TokenChange};
use keyrack_domain::types::{
    dates::{end_of_day, is_end_of_day, parse_typed_day, readable_end},
    methods::ApiSet,
    refusal::{Answer, Field, Refusal},
    token_limits::TokenLimits,
    tokens::{TokenDifference, TokenDraft},
};

/// Maximum number of method names that are listed; of more, only their number is.
const SPELLED_OUT: usize = 12;

/// The token that is drafted.
///
/// # Errors
/// For a day that cannot be read.
pub fn new_token(draft: &TokenDraft) -> Answer<NewToken> {
    Ok(NewToken {
        description: draft.description.clone(),
        scope: Scope::of(draft.api_set, draft.methods.clone()),
        expires: day(&draft.expires)?.map(end_of_day),
        shared: draft.shared,
        limits: draft.limits.clone(),
    })
}

/// The change that is drafted. The dialog knows days only.
///
/// # Errors
/// For a day that cannot be read.
pub fn change(draft: &TokenDraft) -> Answer<TokenChange> {
    Ok(TokenChange {
        description: Some(draft.description.clone()),
        scope: Some(Scope::of(draft.api_set, draft.methods.clone())),
        expires: day(&draft.expires)?.map_or(Expiry::Never, Expiry::OnDay),
        shared: Some(draft.shared),
        limits: draft.limits.clone().into(),
    })
}

/// The end of a token with a new secret, given the last day that was typed where one was asked for.
///
/// # Errors
/// For a day that cannot be read.
pub fn renewal(typed: Option<&str>) -> Answer<Renewal> {
    typed.map_or(Ok(Renewal::KeepDate), |typed| Ok(Renewal::Until(day(typed)?.map(end_of_day))))
}

fn day(typed: &str) -> Answer<Option<NaiveDate>> {
    parse_typed_day(typed).map_err(|error| Refusal::Field { field: Field::Expires, message: error.to_string() })
}

/// What a new token would be.
pub fn describe_new(new: &NewToken, review: &NewReview) -> Vec<String> {
    let mut lines = vec![match &review.scope {
        Scope::Set(ApiSet::ExtendedAccess) => {
            "It opens every API method that a token may call, and signs in to this dashboard.".to_owned()
        }
        Scope::Methods(methods) => format!("It opens {}.", list(methods)),
        Scope::Set(set) => format!("It opens the API set {}: {}.", set.name(), count(review.opens)),
    }];
    lines.push(match new.expires {
        None => "It never expires.".to_owned(),
        Some(end) if is_end_of_day(end) => format!("It expires at the end of {} (UTC).", readable_end(end)),
        Some(end) => format!("It expires at {} (UTC).", readable_end(end)),
    });
    for limit in TokenLimits::default().changes(&new.limits) {
        lines.push(format!("{}: {}.", limit.title, limit.after));
    }
    if new.shared {
        lines.push("Every member of the account sees it; managers and owners can change it.".to_owned());
    }
    lines
}

/// What a change would make different.
pub fn describe_change(review: ChangeReview) -> Vec<String> {
    let TokenDifference { description, api_set, added, removed, expires, shared, limits } = review.difference;
    let mut lines = Vec::new();
    if let Some((before, after)) = description {
        lines.push(format!("Description: “{before}” becomes “{after}”."));
    }
    if let Some((before, after)) = api_set {
        lines.push(format!("API: {} becomes {}.", before.name(), after.name()));
    }
    if !added.is_empty() {
        lines.push(format!("Added: {}.", list(&added)));
    }
    if !removed.is_empty() {
        lines.push(format!("Removed: {}.", list(&removed)));
    }
    if let Some((before, after)) = expires {
        let day = |date: Option<DateTime<Utc>>| date.map_or_else(|| "never".to_owned(), readable_end);
        lines.push(format!("Expires: {} becomes {}.", day(before), day(after)));
    }
    for limit in limits.iter().flat_map(|limits| limits.0.changes(&limits.1)) {
        lines.push(format!("{}: {} becomes {}.", limit.title, limit.before, limit.after));
    }
    match shared {
        Some(true) => lines.push("It is shared with every member of the account from now on.".to_owned()),
        Some(false) => lines.push("It is no longer shared with the account.".to_owned()),
        None => {}
    }
    if lines.is_empty() {
        lines.push("Nothing changes.".to_owned());
    }
    if let Some(owner) = review.taken_from {
        lines.push(format!(
            "You become its owner: it has your rights from now on, and {owner} is told. If its present value was made by \
             somebody who may do less than you, that value stops working; Regenerate gives it a new one."
        ));
    }
    lines
}

fn list(names: &[String]) -> String {
    if names.len() <= SPELLED_OUT {
        return names.join(", ");
    }
    format!("{}, and {}", names[..SPELLED_OUT].join(", "), count(names.len() - SPELLED_OUT).replace(' ', " more "))
}

fn count(methods: usize) -> String {
    if methods == 1 { "1 method".to_owned() } else { format!("{methods} methods") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(expires: &str) -> TokenDraft {
        TokenDraft {
            description: "t".into(),
            api_set: ApiSet::Custom,
            methods: vec!["environment.control.GetEnvs".into()],
            expires: expires.into(),
            shared: false,
            limits: TokenLimits::default(),
        }
    }

    #[test]
    fn a_day_is_read_or_refused_beside_its_input() {
        let new = new_token(&draft("20-01-2027")).unwrap();
        assert_eq!(new.expires.map(readable_end).as_deref(), Some("20 Jan 2027"));
        assert_eq!(change(&draft("")).unwrap().expires, Expiry::Never);
        let wrong = change(&draft("31-02-2027")).unwrap_err();
        assert!(matches!(wrong, Refusal::Field { field: Field::Expires, .. }), "{wrong:?}");
        assert_eq!(renewal(None), Ok(Renewal::KeepDate));
    }

    #[test]
    fn a_review_says_in_words_what_would_be() {
        let new = new_token(&draft("20-01-2027")).unwrap();
        let lines = describe_new(&new, &NewReview { scope: new.scope.clone(), opens: 1 });
        let ends = "It expires at the end of 20 Jan 2027 (UTC).";
        assert_eq!(lines, ["It opens environment.control.GetEnvs.", ends]);
        let set = NewReview { scope: Scope::Set(ApiSet::IdePlugins), opens: 31 };
        assert_eq!(describe_new(&new, &set)[0], "It opens the API set IDE Plugins: 31 methods.");
        let difference = TokenDifference {
            description: None,
            api_set: None,
            added: (1..=14).map(|number| format!("a.b.M{number}")).collect(),
            removed: vec!["a.b.C".into()],
            expires: Some((None, new.expires)),
            shared: Some(false),
            limits: None,
        };
        let lines = describe_change(ChangeReview { difference, taken_from: Some("ada@example.org".into()) });
        assert!(
            lines[0].starts_with("Added: a.b.M1, ") && lines[0].ends_with("a.b.M12, and 2 more methods."),
            "{lines:?}"
        );
        let rest =
            ["Removed: a.b.C.", "Expires: never becomes 20 Jan 2027.", "It is no longer shared with the account."];
        assert_eq!(lines[1..4], rest);
        assert!(lines[4].contains("ada@example.org"));
    }
}
