use super::*;

#[test]
fn levels_are_weighted_by_time_and_warm_up_is_dropped() {
    let mut tally = Tally::new(Layout { stations: 1, from: Time(100), ..Layout::default() });
    tally.record(Time(50), Record::Level { station: 0, busy: 1.0, waiting: 3 });
    tally.record(Time(60), Record::Offered { endpoint: 0 });
    tally.mark(Time(100));
    tally.record(Time(150), Record::Level { station: 0, busy: 1.0, waiting: -2 });
    tally.record(Time(150), Record::Offered { endpoint: 0 });
    tally.mark(Time(200));
    assert_eq!(tally.bins.len(), 1);
    let bin = &tally.bins[0];
    assert_eq!(bin.offered, 1);
    assert!((bin.stations[0].busy - 1.5).abs() < 1e-12);
    assert!((bin.stations[0].waiting - 2.0).abs() < 1e-12);
    assert_eq!((bin.stations[0].waiting_least, bin.stations[0].waiting_most), (1, 3));
}

/// Three jobs pass through one server: the second takes over at the instant at which the first is
/// done, the third leaves the queue after the server was idle for a while; a fourth gives up
/// waiting.
#[test]
fn who_passes_through_a_station_counts_once() {
    let mut tally = Tally::new(Layout { stations: 1, ..Layout::default() });
    let changes = [(0, 1.0, 0), (1, 0.0, 1), (2, 0.0, 1), (3, 0.0, -1), (4, -1.0, 0), (5, 1.0, -1)];
    for (at, busy, waiting) in changes.into_iter().chain([(6, 0.0, 1), (7, 0.0, -1), (8, -1.0, 0)])
    {
        tally.record(Time(at), Record::Level { station: 0, busy, waiting });
    }
    tally.mark(Time(10));
    assert_eq!(tally.bins[0].stations[0].left, 4);
}

/// Two services; one more pod of the second from 50 on and from 125 on, three fewer from 150 on.
#[test]
fn pods_are_counted_beyond_those_of_the_beginning() {
    let mut tally = Tally::new(Layout { from: Time(100), ..Layout::default() });
    for (at, change) in [(50, 1), (125, 1), (150, -3)] {
        if at == 125 {
            tally.mark(Time(100));
        }
        tally.record(Time(at), Record::Pods { service: 1, change });
        tally.record(Time(at), Record::Nodes { group: 0, change });
    }
    tally.record(Time(200), Record::Owed { group: 1, used: Span(7) });
    tally.mark(Time(200));
    tally.mark(Time(300));
    // A quarter at 1, a quarter at 2, half at -1; then -1.
    assert_eq!(tally.bins[0].pods, [0.0, 0.25]);
    assert_eq!(tally.bins[1].pods, [0.0, -1.0]);
    assert_eq!((&*tally.bins[0].nodes, &*tally.bins[1].nodes), (&[0.25][..], &[-1.0][..]));
    assert_eq!(tally.bins[0].owed, [Span::ZERO, Span(7)]);
}

/// Answers at 20 and 70 in a bin of 100, none in the next; the second volume has a balance of 5
/// credits.
#[test]
fn bins_know_when_somebody_was_answered_and_what_credits_are_left() {
    let mut tally = Tally::new(Layout::default());
    let spent = [0; Phase::ALL.len()];
    for at in [20, 70] {
        let answered = Record::Answered { endpoint: 0, took: Span(1), spent: &spent };
        tally.record(Time(at), answered);
    }
    tally.record(Time(100), Record::Credits { of: Credited::Volume(1), left: 5.0 });
    tally.mark(Time(100));
    tally.record(Time(200), Record::Credits { of: Credited::Nodes(0), left: 2.0 });
    tally.mark(Time(200));
    assert_eq!(tally.bins[0].first_and_last, Some((Time(20), Time(70))));
    assert_eq!(tally.bins[1].first_and_last, None);
    assert_eq!(tally.bins[0].volume_credits, [None, Some(5.0)]);
    assert_eq!(tally.bins[1].node_credits, [Some(2.0)]);
}

/// One request in progress from 50 to 120, one from 110 to 130; a lag of five records from 90 to
/// 150.
#[test]
fn slices_begin_with_what_is_under_way() {
    let (slice, from) = (Span(20), Time(100));
    let layout = Layout { stations: 2, lags: vec![1], from, slice, ..Layout::default() };
    let mut tally = Tally::new(layout);
    let answered =
        || Record::Answered { endpoint: 0, took: Span(1), spent: &[0; Phase::ALL.len()] };
    let lag = |waiting| Record::Level { station: 1, busy: 0.0, waiting };
    for (at, record) in [
        (40, Record::Offered { endpoint: 0 }),
        (45, answered()),
        (50, Record::Offered { endpoint: 0 }),
        (80, Record::Level { station: 0, busy: 0.0, waiting: 9 }),
        (90, lag(5)),
    ] {
        tally.record(Time(at), record);
    }
    tally.mark(Time(100));
    for (at, record) in [
        (110, Record::Offered { endpoint: 0 }),
        (120, answered()),
        (130, answered()),
        (150, lag(-5)),
        (150, Record::Completed { took: Span(1) }),
    ] {
        tally.record(Time(at), record);
    }
    tally.mark(Time(180));
    let slices = &tally.slices;
    // From 100 to 120 one, from 110 a second: 1.5; from 120 to 130 one in a slice of 20.
    assert_eq!(slices.in_flight, [1.5, 0.5, 0.0, 0.0]);
    assert_eq!(slices.answered, [0.0, 2.0, 0.0, 0.0]);
    assert_eq!(slices.lag, [5.0, 5.0, 2.5, 0.0]);
    assert_eq!(slices.completed, [0.0, 0.0, 1.0, 0.0]);
}
