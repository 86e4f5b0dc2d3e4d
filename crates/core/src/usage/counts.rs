//! How often each method was called.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::methods::MethodId;

/// Counters of the methods that were called; most credentials call a few of hundreds. A list that only grows, each of its
/// links set once, so that it is walked without a lock.
#[derive(Debug, Default)]
pub struct Counts(OnceLock<Box<Count>>);

#[derive(Debug)]
struct Count {
    method: MethodId,
    calls: AtomicU64,
    next: Counts,
}

impl Counts {
    /// Counts calls.
    pub fn add(&self, method: MethodId, calls: u64) {
        let mut list = self;
        loop {
            let count =
                list.0.get_or_init(|| Box::new(Count { method, calls: AtomicU64::new(0), next: Counts::default() }));
            if count.method == method {
                count.calls.fetch_add(calls, Ordering::Relaxed);
                return;
            }
            list = &count.next;
        }
    }

    /// What is counted.
    pub fn read(&self) -> impl Iterator<Item = (MethodId, u64)> {
        self.iter().map(|count| (count.method, count.calls.load(Ordering::Relaxed))).filter(|(_, calls)| *calls > 0)
    }

    /// Takes what is counted away.
    pub fn take(&self) -> Vec<(MethodId, u64)> {
        self.iter()
            .map(|count| (count.method, count.calls.swap(0, Ordering::Relaxed)))
            .filter(|(_, calls)| *calls > 0)
            .collect()
    }

    fn iter(&self) -> impl Iterator<Item = &Count> {
        std::iter::successors(self.0.get(), |count| count.next.0.get()).map(Box::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::{ActsOn, Catalog, CatalogEntry, TokenAccess};
    use keyrack_types::accounts::Role;
    use keyrack_types::methods::MethodInfo;

    #[test]
    fn calls_that_are_counted_at_once_are_all_counted_once() {
        const EACH: u64 = 1000;
        let entry = |name: &str| CatalogEntry {
            info: MethodInfo { name: name.into(), summary: String::new(), sets: Vec::new() },
            token: TokenAccess::WhenTicked,
            role: Role::Viewer,
            acts_on: ActsOn::Caller,
        };
        let catalog = Catalog::new(["a.b.C", "a.b.D", "a.b.E"].map(entry).into());
        let methods: Vec<MethodId> = catalog.entries().map(|(id, _)| id).collect();
        let counts = Counts::default();
        let mut taken = Vec::new();
        std::thread::scope(|scope| {
            let callers: Vec<_> = (0..4)
                .map(|caller| {
                    let (counts, methods) = (&counts, &methods);
                    scope.spawn(move || {
                        (0..EACH).for_each(|call| counts.add(methods[(caller + call as usize) % methods.len()], 1));
                    })
                })
                .collect();
            while callers.iter().any(|caller| !caller.is_finished()) {
                taken.extend(counts.take());
            }
        });
        taken.extend(counts.take());
        assert_eq!(taken.iter().map(|(_, calls)| calls).sum::<u64>(), 4 * EACH);
        assert_eq!(counts.read().count(), 0);
        assert!(methods.iter().all(|method| taken.iter().any(|(taken, _)| taken == method)));
    }
}
