//! What environments used, as it was sampled.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use keyrack_engine::{CLOUDLET_MEMORY, NodeStats};
use keyrack_types::ids::NodeId;

/// How many samples are kept: an hour.
const KEPT: usize = 360;

/// The samples of one environment, the newest last.
#[derive(Debug, Default)]
pub struct Samples(VecDeque<(Instant, BTreeMap<NodeId, NodeStats>)>);

/// What an environment used over some time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SumStat {
    /// The time that was looked at; at most what was asked for.
    pub duration: Duration,
    /// Processor time used in it.
    pub cpu: Duration,
    /// Memory in bytes, on average.
    pub memory: u64,
    /// Cloudlets in use, on average over time and summed over nodes.
    pub cloudlets: f64,
    /// How many samples that is made of.
    pub samples: u32,
}

impl Samples {
    pub(super) fn push(&mut self, at: Instant, stats: BTreeMap<NodeId, NodeStats>) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((at, stats));
    }

    /// Sums up the samples of the last `duration` before `now`.
    pub(super) fn sum(&self, now: Instant, duration: Duration) -> SumStat {
        let taken: Vec<_> = self.0.iter().filter(|(at, _)| now.duration_since(*at) <= duration).collect();
        summed(&taken)
    }

    /// Sums up the last `duration` before `now` in steps, the oldest first, for some nodes only.
    pub(super) fn steps(&self, now: Instant, duration: Duration, step: Duration, nodes: &[NodeId]) -> Vec<SumStat> {
        let only = |stats: &BTreeMap<NodeId, NodeStats>| -> BTreeMap<NodeId, NodeStats> {
            stats.iter().filter(|(id, _)| nodes.contains(id)).map(|(id, stats)| (*id, *stats)).collect()
        };
        let chosen: Vec<_> = self.0.iter().map(|(at, stats)| (*at, only(stats))).collect();
        let count = duration.as_secs().div_ceil(step.as_secs().max(1)).max(1) as u32;
        (0..count)
            .rev()
            .map(|back| {
                let (oldest, newest) = (step * (back + 1), step * back);
                let fits = |at: &Instant| (newest..oldest).contains(&now.duration_since(*at));
                summed(&chosen.iter().filter(|(at, _)| fits(at)).collect::<Vec<_>>())
            })
            .collect()
    }
}

/// Sums up samples.
fn summed(taken: &[&(Instant, BTreeMap<NodeId, NodeStats>)]) -> SumStat {
    let (Some((first, _)), Some((last, _))) = (taken.first(), taken.last()) else { return SumStat::default() };
    let memories = taken.iter().flat_map(|(_, stats)| stats.values()).map(|stats| stats.memory);
    let cloudlets = memories.clone().map(|memory| memory.div_ceil(CLOUDLET_MEMORY)).sum::<u64>();
    let steps = taken.windows(2).flat_map(|pair| pair[1].1.iter().map(move |(id, stats)| (pair[0].1.get(id), stats)));
    // A node's processor time falls back when it was restarted in between; then all of it is new.
    let cpu = steps.map(|(before, now)| match before {
        Some(before) if before.cpu <= now.cpu => now.cpu - before.cpu,
        _ => now.cpu,
    });
    SumStat {
        duration: last.duration_since(*first),
        cpu: cpu.sum(),
        memory: memories.sum::<u64>() / taken.len() as u64,
        cloudlets: cloudlets as f64 / taken.len() as f64,
        samples: taken.len() as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_averages_over_what_was_asked_for() {
        let begun = Instant::now();
        let at = |seconds: u64| begun + Duration::from_secs(seconds);
        let stats = |cpu: u64, mebibytes: u64| {
            BTreeMap::from([(
                NodeId(1),
                NodeStats { cpu: Duration::from_secs(cpu), memory: mebibytes << 20, processes: 1 },
            )])
        };
        let mut samples = Samples::default();
        samples.push(at(0), stats(100, 1000));
        samples.push(at(100), stats(2, 100));
        samples.push(at(110), stats(5, 200));
        samples.push(at(120), stats(1, 300));
        let sum = samples.sum(at(120), Duration::from_secs(60));
        assert_eq!(
            (sum.duration, sum.cpu, sum.memory, sum.samples),
            (Duration::from_secs(20), Duration::from_secs(4), 200 << 20, 3)
        );
        assert!((sum.cloudlets - 2.0).abs() < 1e-9, "{}", sum.cloudlets);
        assert_eq!(Samples::default().sum(at(0), Duration::from_secs(60)), SumStat::default());
    }
}
