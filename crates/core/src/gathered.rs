//! Audit entries of what happens often, gathered in memory and written in batches: refusals, and reads of what may hold
//! secrets. A caller that does something a thousand times a second must not cost a thousand transactions, nor fill the log:
//! the same thing done again by the same caller is the same entry with a count.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::audit::{self, Event, Outcome};
use crate::error::Result;
use crate::store::Store;
use keyrack_types::bounds::records::{ADDRESSES_OF_ENTRY, CALLERS_AT_ONCE, ENTRIES_AT_ONCE, KINDS_OF_CALLER};

/// Who did it: no other value that callers choose is part of the key by which events are gathered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Actor {
    account: Option<i64>,
    name: String,
}

/// What was done or refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Kind {
    action: &'static str,
    subject: String,
    /// Which file or which nodes; nothing for what was refused.
    details: String,
    /// The beginning of the reason, a code for example; none for what was done.
    refused: Option<String>,
}

/// The entry to come.
#[derive(Debug)]
struct Gathered {
    event: Event,
    /// How often since the last entry was written.
    times: u64,
    addresses: Vec<IpAddr>,
    written: Option<DateTime<Utc>>,
}

/// What happened since it was last written.
#[derive(Debug, Default)]
pub struct Gather {
    actors: Mutex<HashMap<Actor, HashMap<Kind, Gathered>>>,
    /// What was written once is written again only after this.
    pause: TimeDelta,
}

impl Gather {
    /// One that writes everything with each flush.
    pub fn each_flush() -> Gather {
        Gather::default()
    }

    /// One that writes what happens for the first time with the next flush, and further ones together after a pause.
    pub fn with_pause(pause: TimeDelta) -> Gather {
        Gather { pause, ..Gather::default() }
    }

    /// Notes what happened. Of refusals with the same actor, action, subject and first word of the reason, and of what was done
    /// with the same details, the first is kept and the others are counted.
    pub fn note(&self, event: Event) {
        let mut actor = Actor { account: event.account.map(|id| id.0), name: event.actor.clone() };
        let mut actors = self.lock();
        if actors.len() >= CALLERS_AT_ONCE && !actors.contains_key(&actor) {
            actor.name = SEVERAL_CALLERS.into();
        }
        let name = actor.name.clone();
        let kinds = actors.entry(actor).or_default();
        let (kind, event) = fitting(kinds, Event { actor: name, ..event });
        let gathered = kinds.entry(kind).or_insert_with(|| Gathered::new(event.clone()));
        gathered.times += 1;
        gathered.came_from(event.address);
    }

    /// Writes audit entries of what is due, one for each kind.
    ///
    /// # Errors
    /// From the database; what was not written stays noted.
    pub async fn flush(&self, store: &Store, now: DateTime<Utc>) -> Result<()> {
        self.write(store, now, self.pause).await
    }

    /// Writes what is not written yet, due or not.
    ///
    /// # Errors
    /// As [`Gather::flush`].
    pub async fn flush_all(&self, store: &Store, now: DateTime<Utc>) -> Result<()> {
        self.write(store, now, TimeDelta::zero()).await
    }

    async fn write(&self, store: &Store, now: DateTime<Utc>, pause: TimeDelta) -> Result<()> {
        let mut due = self.take(now, pause);
        while !due.is_empty() {
            // In parts, so that others' changes need not wait for all of them.
            let rest = due.split_off(due.len().min(ENTRIES_AT_ONCE));
            let written = append_all(store, now, &due).await;
            if written.is_err() {
                due.into_iter().chain(rest).for_each(|(actor, kind, gathered)| self.put_back(actor, kind, gathered));
                return written;
            }
            due = rest;
        }
        Ok(())
    }

    /// Takes what is due; what is written and over is forgotten.
    fn take(&self, now: DateTime<Utc>, pause: TimeDelta) -> Vec<(Actor, Kind, Gathered)> {
        let mut due = Vec::new();
        self.lock().retain(|actor, kinds| {
            kinds.retain(|kind, gathered| {
                let waits = gathered.written.is_some_and(|written| now - written < pause);
                if !waits && gathered.times > 0 {
                    due.push((actor.clone(), kind.clone(), gathered.take(now)));
                    return !pause.is_zero();
                }
                waits
            });
            !kinds.is_empty()
        });
        due
    }

    fn put_back(&self, actor: Actor, kind: Kind, gathered: Gathered) {
        let mut actors = self.lock();
        match actors.entry(actor).or_default().entry(kind) {
            Slot::Vacant(slot) => {
                slot.insert(Gathered { written: None, ..gathered });
            }
            Slot::Occupied(mut slot) => {
                let newer = slot.get_mut();
                newer.times += gathered.times;
                newer.written = None;
                gathered.addresses.into_iter().for_each(|address| newer.came_from(Some(address)));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Actor, HashMap<Kind, Gathered>>> {
        self.actors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const SEVERAL_CALLERS: &str = "several callers";
const SEVERAL_KINDS: &str = "several";

/// The kind of an event; once a caller has too many of them, one kind for all further ones.
fn fitting(kinds: &HashMap<Kind, Gathered>, event: Event) -> (Kind, Event) {
    let kind = kind_of(&event);
    if kinds.len() < KINDS_OF_CALLER || kinds.contains_key(&kind) {
        return (kind, event);
    }
    let outcome = match event.outcome {
        Outcome::Done => Outcome::Done,
        Outcome::Refused(_) => Outcome::Refused("too many different refusals to list".into()),
    };
    let event = Event { subject: SEVERAL_KINDS.into(), outcome, details: serde_json::Map::new(), ..event };
    (kind_of(&event), event)
}

fn kind_of(event: &Event) -> Kind {
    let (details, refused) = match &event.outcome {
        Outcome::Done => (serde_json::Value::Object(event.details.clone()).to_string(), None),
        Outcome::Refused(why) => (String::new(), Some(why.split(' ').next().unwrap_or_default().to_owned())),
    };
    Kind { action: event.action, subject: event.subject.clone(), details, refused }
}

impl Gathered {
    fn new(event: Event) -> Gathered {
        Gathered { event, times: 0, addresses: Vec::new(), written: None }
    }

    fn came_from(&mut self, address: Option<IpAddr>) {
        if let Some(address) = address.filter(|address| !self.addresses.contains(address))
            && self.addresses.len() < ADDRESSES_OF_ENTRY
        {
            self.addresses.push(address);
        }
    }

    /// Takes what is counted, and counts on from nothing.
    fn take(&mut self, now: DateTime<Utc>) -> Gathered {
        self.written = Some(now);
        Gathered {
            event: self.event.clone(),
            times: std::mem::take(&mut self.times),
            addresses: std::mem::take(&mut self.addresses),
            written: None,
        }
    }

    fn to_event(&self) -> Event {
        let mut event = Event { address: self.addresses.first().copied(), ..self.event.clone() };
        if self.times > 1 {
            event = event.with("times", self.times);
        }
        if self.addresses.len() > 1 {
            let addresses: Vec<_> = self.addresses.iter().map(ToString::to_string).collect();
            event = event.with("addresses", addresses);
        }
        event
    }
}

async fn append_all(store: &Store, now: DateTime<Utc>, due: &[(Actor, Kind, Gathered)]) -> Result<()> {
    let mut tx = store.begin().await?;
    for (_, _, gathered) in due {
        audit::append(&mut tx, now, gathered.to_event()).await?;
    }
    tx.commit(&[]).await
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    fn refused(subject: &str, why: String) -> Event {
        Event::by_server(None, "api.call", subject).refused(why)
    }

    #[test]
    fn what_a_caller_chooses_makes_no_further_entries_and_no_memory() {
        let gather = Gather::each_flush();
        for number in 0..1000_u32 {
            let address = Ipv6Addr::from_bits(number.into()).into();
            gather.note(refused("method:a.b.C", format!("11 there is no {number}")).from(address));
        }
        let due = gather.take(DateTime::UNIX_EPOCH, TimeDelta::zero());
        assert_eq!((due.len(), due[0].2.times, due[0].2.addresses.len()), (1, 1000, ADDRESSES_OF_ENTRY));
        for number in 0..1000 {
            gather.note(refused(&format!("method:a.b.{number}"), "11 no".into()));
        }
        let due = gather.take(DateTime::UNIX_EPOCH, TimeDelta::zero());
        assert_eq!(due.len(), KINDS_OF_CALLER + 1);
        assert_eq!(due.iter().map(|(_, _, gathered)| gathered.times).sum::<u64>(), 1000);
        assert!(gather.lock().is_empty());
    }

    #[test]
    fn what_goes_on_is_written_at_once_and_then_after_each_pause() {
        let gather = Gather::with_pause(TimeDelta::minutes(1));
        let read = || gather.note(Event::by_server(None, "file.read", "environment:a"));
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let times = |seconds| gather.take(at(seconds), gather.pause).iter().map(|due| due.2.times).collect::<Vec<_>>();
        read();
        assert_eq!(times(0), [1]);
        read();
        read();
        assert_eq!(times(59), [] as [u64; 0]);
        assert_eq!(times(60), [2]);
        assert_eq!(times(119), [] as [u64; 0]);
        assert_eq!(times(120), [] as [u64; 0]);
        assert!(gather.lock().is_empty(), "nothing is kept of what is over");
    }
}
