//! Assignment of partitions to the members of a consumer group.

use std::collections::BTreeSet;

use super::Partition;
use crate::station::log::range;

/// Range assignment (`RangeAssignor`), topic by topic over the subscribed members, in their order.
/// `partitions` holds the size of each topic, `listen` the topics of each member. Returns the
/// partitions of each member.
pub(super) fn ranges(partitions: &[u32], listen: &[&[u32]]) -> Vec<Vec<Partition>> {
    let mut targets = vec![Vec::new(); listen.len()];
    for ((topic, count), members) in (0..).zip(partitions).zip(listeners(partitions, listen)) {
        for (place, member) in (0..).zip(&members) {
            let taken = range(*count, members.len() as u32, place);
            targets[*member].extend(taken.map(|partition| (topic, partition)));
        }
    }
    targets
}

/// Sticky assignment with minimal moves, without the partitions that have to move: those are
/// revoked in this round and assigned in the next (`CooperativeStickyAssignor`).
///
/// Each topic is spread evenly; members keep their partitions up to their share, and the rest go to
/// the member with the fewest of the topic, then the fewest in total. Kafka balances the total over
/// topics instead, which is equivalent for one topic, and may differ by one partition per member
/// for several.
pub(super) fn sticky(
    partitions: &[u32],
    listen: &[&[u32]],
    owned: &[&[Partition]],
) -> Vec<Vec<Partition>> {
    let mut targets = vec![Vec::new(); listen.len()];
    let mut totals = vec![0_u32; listen.len()];
    for ((topic, count), members) in (0..).zip(partitions).zip(listeners(partitions, listen)) {
        if members.is_empty() {
            continue;
        }
        let mut holders = vec![None; *count as usize];
        for member in &members {
            for (_, partition) in owned[*member].iter().filter(|owned| owned.0 == topic) {
                holders[*partition as usize] = Some(*member);
            }
        }
        let target = spread(&holders, &members, &totals);
        for (partition, member) in (0..).zip(&target) {
            totals[*member] += 1;
            let now = holders[partition as usize];
            if now.is_none_or(|now| now == *member) {
                targets[*member].push((topic, partition));
            }
        }
    }
    targets
}

/// Assigns each partition to one of `members`; some have an owner among them.
fn spread(owner: &[Option<usize>], members: &[usize], totals: &[u32]) -> Vec<usize> {
    let (each, surplus) = (owner.len() / members.len(), owner.len() % members.len());
    let mut has = vec![0; totals.len()];
    for member in owner.iter().flatten() {
        has[*member] += 1;
    }
    let mut shares = vec![each; totals.len()];
    let mut rich: Vec<usize> =
        members.iter().copied().filter(|member| has[*member] > each).collect();
    rich.sort_by_key(|member| totals[*member]);
    for member in rich.into_iter().take(surplus) {
        shares[member] += 1;
    }
    let mut counts = vec![0; totals.len()];
    let target: Vec<Option<usize>> = owner
        .iter()
        .map(|owner| {
            let keeps = (*owner)?;
            let stays = counts[keeps] < shares[keeps];
            counts[keeps] += usize::from(stays);
            stays.then_some(keeps)
        })
        .collect();
    // Ordered by the fewest of the topic, then the fewest in total, then the position.
    let mut poor: BTreeSet<(usize, u32, usize)> = (0..)
        .zip(members)
        .map(|(place, member)| (counts[*member], totals[*member], place))
        .collect();
    let free = |target: Option<usize>| {
        target.or_else(|| {
            let (count, total, place) = poor.pop_first()?;
            poor.insert((count + 1, total, place));
            Some(members[place])
        })
    };
    target.into_iter().filter_map(free).collect()
}

/// Returns the members subscribed to each topic, in their order.
fn listeners(partitions: &[u32], listen: &[&[u32]]) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); partitions.len()];
    for (member, topics) in listen.iter().enumerate() {
        for topic in *topics {
            members[*topic as usize].push(member);
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &[u32] = &[0, 1];
    const ONE: &[u32] = &[0];
    const NONE: &[Partition] = &[];

    fn counts(targets: &[Vec<Partition>]) -> Vec<usize> {
        targets.iter().map(Vec::len).collect()
    }

    #[test]
    fn the_first_members_have_the_surplus_of_every_topic() {
        // Three topics of five partitions, fifteen members: each topic goes to the same five.
        let all: &[u32] = &[0, 1, 2];
        let targets = ranges(&[5, 5, 5], &[all; 15]);
        assert_eq!(counts(&targets)[..6], [3, 3, 3, 3, 3, 0]);
        assert_eq!(targets[4], [(0, 4), (1, 4), (2, 4)]);
    }

    #[test]
    fn a_topic_is_shared_by_those_who_listen_to_it() {
        let targets = ranges(&[3, 2], &[ONE, &[1], ONE]);
        assert_eq!(targets, [vec![(0, 0), (0, 1)], vec![(1, 0), (1, 1)], vec![(0, 2)]]);
        assert_eq!(ranges(&[3], &[&[]]), [vec![]]);
    }

    #[test]
    fn what_is_free_goes_to_who_has_least() {
        // Topic by topic: the surplus of the second goes to the member without any of the first.
        let targets = sticky(&[3, 3], &[BOTH; 2], &[NONE; 2]);
        assert_eq!(targets[0], [(0, 0), (0, 2), (1, 1)]);
        assert_eq!(targets[1], [(0, 1), (1, 0), (1, 2)]);
    }

    #[test]
    fn what_moves_is_given_up_first() {
        // Two owners of two each and a newcomer: one owner keeps both, the other gives up its last.
        let before: [&[Partition]; 3] = [&[(0, 0), (0, 2)], &[(0, 1), (0, 3)], &[]];
        let first = sticky(&[4], &[ONE; 3], &before);
        assert_eq!(first, [vec![(0, 0), (0, 2)], vec![(0, 1)], vec![]]);
        let owned: Vec<&[Partition]> = first.iter().map(Vec::as_slice).collect();
        let second = sticky(&[4], &[ONE; 3], &owned);
        assert_eq!(second, [vec![(0, 0), (0, 2)], vec![(0, 1)], vec![(0, 3)]]);
    }

    #[test]
    fn who_leaves_is_inherited_in_one_round() {
        // The third had partitions 2 and 5; nothing else moves.
        let owned: [&[Partition]; 2] = [&[(0, 0), (0, 3)], &[(0, 1), (0, 4)]];
        let targets = sticky(&[6], &[ONE; 2], &owned);
        assert_eq!(targets, [vec![(0, 0), (0, 2), (0, 3)], vec![(0, 1), (0, 4), (0, 5)]]);
    }
}
