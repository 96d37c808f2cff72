//! What rules of the audit find, with its consequences, and what `check` prints around it, in Korean.

/// English and Korean, as in [`super::PHRASES`].
pub(super) const PHRASES: &[(&str, &str)] = &[
    // What `check` prints around the findings.
    ("{0} errors", "오류 {0}건"),
    ("{0} error", "오류 {0}건"),
    ("{0} warnings", "경고 {0}건"),
    ("{0} warning", "경고 {0}건"),
    ("{0} notes", "참고 {0}건"),
    ("{0} note", "참고 {0}건"),
    ("error[{0}]: {1}", "오류[{0}]: {1}"),
    ("warning[{0}]: {1}", "경고[{0}]: {1}"),
    ("note[{0}]: {1}", "참고[{0}]: {1}"),
    ("and {0} more (--all)", "그 밖에 {0}건(--all)"),
    ("= remedy: {0}", "= 조치: {0}"),
    ("cost of {0} in {1}, a month of 730 h:", "{1} 기준 {0} 구성의 월 비용(월 730시간):"),
    ("not priced", "가격 미확인"),
    (
        "`{0}` takes {1} on the mean without any queue; its users wait {2} for it",
        "`{0}`: 대기가 전혀 없어도 평균 {1} 걸리나, 사용자는 {2}만 기다림",
    ),
    (
        "`{0}` takes {1} on the mean without any queue; the mesh waits {2} for it",
        "`{0}`: 대기가 전혀 없어도 평균 {1} 걸리나, 메시는 {2}만 기다림",
    ),
    (
        "`{0}` takes {1} on the mean without any queue; {2} waits {3} for it",
        "`{0}`: 대기가 전혀 없어도 평균 {1} 걸리나, {2}은(는) {3}만 기다림",
    ),
    ("the target is {0}", "목표는 {0}"),
    ("most of its requests fail, whatever the load", "부하와 관계없이 요청 대부분이 실패"),
    (
        "a request of mix {0} takes {1} on the mean, without any queue",
        "믹스 {0}의 요청은 대기 없이도 평균 {1} 걸림",
    ),
    ("the price is assumed", "가정한 가격"),
    ("all that has a price", "가격을 아는 항목의 합계"),
    ("the document says, for {0}", "문서에 적힌 비용: {0}"),
    ("all", "전체"),
    ("the same by the price table", "같은 항목의 가격표 기준 비용"),
    (
        "the same by the price table, as far as it goes",
        "같은 항목의 가격표 기준 비용(가격을 아는 항목만)",
    ),
    (
        "{0}: {1}, {2}, {3}, {4} read; the input has no errors, {5}",
        "{0}: {1}, {2}, {3}, {4} 읽음; 입력 오류 없음, 입력 {5}",
    ),
    ("{0} variants", "구성 {0}개"),
    ("{0} variant", "구성 {0}개"),
    ("{0} mixes", "요청 비율 {0}개"),
    ("{0} mix", "요청 비율 {0}개"),
    ("{0} calibrations", "보정 {0}개"),
    ("{0} calibration", "보정 {0}개"),
    ("{0} files", "파일 {0}개"),
    ("{0} file", "파일 {0}개"),
    // Settings and edits without effect.
    ("edit {0} of plan {1} sets {2} {3} → {4}", "계획 {1}의 변경 {0}번: {2} {3} → {4}"),
    ("edit of plan {0} sets {1} {2} → {3}", "계획 {0}의 변경: {1} {2} → {3}"),
    ("edit {0} of plan {1} sets {2} to {3}", "계획 {1}의 변경 {0}번: {2}을(를) {3}(으)로 설정"),
    ("edit of plan {0} sets {1} to {2}", "계획 {0}의 변경: {1}을(를) {2}(으)로 설정"),
    (
        "edit {0} of plan {1} takes {2} for {3}",
        "계획 {1}의 변경 {0}번: {2}의 현재값을 {3}(으)로 봄",
    ),
    ("edit of plan {0} takes {1} for {2}", "계획 {0}의 변경: {1}의 현재값을 {2}(으)로 봄"),
    (
        "the autoscaler's minimum rules: pods before and after: {0}",
        "오토스케일러 최솟값이 적용됨: 변경 전후 파드 수 {0}",
    ),
    (
        "{0} is written: the step is {1} → {2}, not {3} → {4}",
        "실제로는 {0}(으)로 적혀 있음: 변화는 {3} → {4}이(가) 아니라 {1} → {2}",
    ),
    ("plan {0} takes {1} for {2}", "계획 {0}: {1}의 현재값을 {2}(으)로 봄"),
    ("{0} is written", "실제로는 {0}(으)로 적혀 있음"),
    ("the pools {0} of `{1}` all reach `{2}`", "`{1}`의 커넥션 풀 {0}이(가) 모두 `{2}`에 연결됨"),
    (
        "each pod may open {0} connections to one server; no reading is taken off it",
        "파드마다 서버 하나에 커넥션 {0}개까지 열 수 있고, 읽기 부하는 분산되지 않음",
    ),
    ("{0} is {1} in the files", "{0}: 설정 파일에는 {1}"),
    ("{0} runs", "실제로는 {0}(으)로 동작"),
    (
        "{0} autoscalers have no metrics server to ask",
        "오토스케일러 {0}개가 참조할 메트릭 서버가 없음",
    ),
    ("pods stay at their minimum: {0}", "파드가 최솟값에 머무름: {0}"),
    ("the autoscaler of `{0}` goes from {1} to {2}", "`{0}`의 오토스케일러 범위는 {1}~{2}"),
    ("{0} pods, whatever the load", "부하와 관계없이 파드 {0}개"),
    (
        "`{0}` scales above {1} of its CPU request, and can use at most {2}",
        "`{0}`: CPU 요청량의 {1}을(를) 넘어야 확장되나 최대 {2}까지만 사용 가능",
    ),
    ("{0} pods for ever, with queues however long", "대기열이 아무리 길어도 파드 {0}개로 고정"),
    (
        "`{0}` may have {1} nodes, but nothing adds any",
        "`{0}`: 노드를 {1}개까지 둘 수 있으나 늘려 주는 것이 없음",
    ),
    ("{0} run, whatever waits for room", "배치 대기 중인 파드가 있어도 노드 {0}개로 고정"),
    (
        "`idle_timeout` of pool `{0}` of `{1}` closes none of its connections",
        "`{1}`의 커넥션 풀 `{0}`에서 `idle_timeout`이 닫는 커넥션이 없음",
    ),
    ("{0} stay open, as many as `minimum_idle` keeps", "`minimum_idle`만큼 {0}개가 계속 열려 있음"),
    (
        "a proxy opens at most {0} connections to `{1}`, which has {2} threads",
        "프록시는 스레드 {2}개인 `{1}`에 커넥션을 최대 {0}개만 엶",
    ),
    ("one caller reaches {0} of them at a time", "호출자 하나가 동시에 쓸 수 있는 스레드는 {0}개"),
    ("`{0}` gives up on `{1}` after {2}", "`{0}`은(는) {2} 뒤에 `{1}` 호출을 포기"),
    ("the mesh has ended the request after {0}", "메시가 {0} 만에 이미 요청을 끊음"),
    (
        "{0} tries of {1} into `{2}` take {3}, the whole may take {4}",
        "`{2}`: {1}짜리 시도 {0}회는 {3} 소요, 전체 허용 시간은 {4}",
    ),
    ("{0} of {1} tries have their time", "시도 {1}회 중 {0}회만 시간을 온전히 사용"),
    // Limits that no load moves.
    (
        "pods of `{0}` request {1} MiB of memory and may use {2} MiB",
        "`{0}` 파드의 메모리 요청량은 {1} MiB, 제한은 {2} MiB",
    ),
    ("no pod of it starts", "해당 파드가 하나도 시작되지 않음"),
    (
        "running, {0} = {1} connections of `{2}`, which accepts {3} ({4} reserved)",
        "평상시 {0} = 커넥션 {1}개, `{2}`의 허용치는 {3}개(예약 {4}개 포함)",
    ),
    (
        "while rolled out, {0} = {1} connections of `{2}`, which accepts {3} ({4} reserved)",
        "배포 중 {0} = 커넥션 {1}개, `{2}`의 허용치는 {3}개(예약 {4}개 포함)",
    ),
    (
        "at the autoscaler's maximum, {0} = {1} connections of `{2}`, which accepts {3} ({4} reserved)",
        "오토스케일러 최대치에서 {0} = 커넥션 {1}개, `{2}`의 허용치는 {3}개(예약 {4}개 포함)",
    ),
    ("{0} pods of {1} x ({2})", "{1} 파드 {0}개 x ({2})"),
    ("{0} of {1} are refused", "{1}개 중 {0}개가 거절됨"),
    (
        "running, {0} pods request {1} cores of {2} nodes",
        "평상시 파드 {0}개가 노드 {2}개에 {1}코어를 요청",
    ),
    (
        "at the autoscalers' maximum, {0} pods request {1} cores of {2} nodes",
        "오토스케일러 최대치에서 파드 {0}개가 노드 {2}개에 {1}코어를 요청",
    ),
    (
        "while all services are rolled out, {0} pods request {1} cores of {2} nodes",
        "모든 서비스를 배포하는 동안 파드 {0}개가 노드 {2}개에 {1}코어를 요청",
    ),
    ("{0} of {1} pods find no room", "파드 {1}개 중 {0}개는 배치할 자리가 없음"),
    (
        "a pod of `{0}` requests {1}m and {2} MiB; a node leaves at most {3}m and {4} MiB",
        "`{0}` 파드의 요청량은 {1}m, {2} MiB; 노드 하나가 내줄 수 있는 최대치는 {3}m, {4} MiB",
    ),
    ("none of its {0} pods runs", "파드 {0}개가 하나도 실행되지 않음"),
    ("pods of `{0}` use {1} MiB of at most {2} MiB", "`{0}` 파드가 최대 {2} MiB 중 {1} MiB를 사용"),
    ("they are killed as soon as they have it", "그만큼 쓰는 즉시 강제 종료됨"),
    (
        "`{0}`: a heap of {1} MiB, {2} MiB besides and {3} MiB of stacks make {4} MiB",
        "`{0}`: 힙 {1} MiB + 힙 외 {2} MiB + 스택 {3} MiB = {4} MiB",
    ),
    ("{0} MiB more than the limit of {1} MiB", "제한 {1} MiB보다 {0} MiB 많음"),
    ("the heap of `{0}` ends at {1} of {2} MiB", "`{0}`의 힙 최대치는 {2} MiB 중 {1} MiB"),
    ("{0} of the memory is never heap", "메모리의 {0}은(는) 힙으로 쓰이지 않음"),
    (
        "pods of `{0}` use {1} of the memory they request; the target is {2}",
        "`{0}` 파드의 메모리 사용량은 요청량의 {1}, 목표는 {2}",
    ),
    ("{0} pods at any load instead of {1}", "부하와 관계없이 파드가 {1}개가 아니라 {0}개로 고정"),
    // What the load asks of processors, storage, caches and pools.
    ("{0} requests/s of mix {1}", "요청 비율 {1} {0} RPS"),
    ("{0} records/s", "초당 레코드 {0}건"),
    (
        "`{0}` needs {1} cores for {2}, and has {3} ({4} pods x {5})",
        "`{0}`: {2}에 {1}코어 필요, 보유 {3}코어(파드 {4}개 x {5})",
    ),
    (
        "{0} used: a response takes about {1} times its work",
        "사용률 {0}: 응답 시간이 작업 시간의 약 {1}배",
    ),
    ("full at {0} requests/s", "{0} RPS에서 포화"),
    ("full at {0} records/s", "초당 레코드 {0}건에서 포화"),
    (
        "{0} needs {1} threads of `{2}`, and has {3} ({4} pods x {5})",
        "{0}: `{2}` 스레드 {1}개 필요, 보유 {3}개(파드 {4}개 x {5})",
    ),
    (
        "`{0}` needs {1} cores for {2}: {3} pods at {4} of a request of {5} cores; the autoscaler may have {6}",
        "`{0}`: {2}에 {1}코어 필요, 요청량 {5}코어의 {4} 기준 파드 {3}개에 해당하나 오토스케일러 최대치는 {6}개",
    ),
    (
        "{0} pods stay, and use {1} of what they request",
        "파드 {0}개에 머물며 각각 요청량의 {1}을(를) 사용",
    ),
    ("`{0}` needs {1} cores for {2}, and has {3}", "`{0}`: {2}에 {1}코어 필요, 보유 {3}코어"),
    (
        "`{0}` needs {1} operations/s for {2}; its storage does {3} at best",
        "`{0}`: {2}에 초당 작업 {1}건 필요, 스토리지는 최대 {3}건",
    ),
    (
        "`{0}` needs {1} operations/s for {2}; its storage does {3} without end",
        "`{0}`: {2}에 초당 작업 {1}건 필요, 스토리지가 계속 낼 수 있는 것은 {3}건",
    ),
    ("{0} saved operations last {1}", "쌓아 둔 작업 크레딧 {0}건은 {1} 만에 소진"),
    (
        "the mean load needs {0} cores of nodes that may use {1} of {2} without end",
        "평균 부하에 {0}코어 필요, 노드가 계속 쓸 수 있는 것은 {2}코어 중 {1}코어",
    ),
    ("full credits of {0} last {1}", "가득 찬 크레딧 {0}은(는) {1} 만에 소진"),
    (
        "the mean load needs {0} cores of `{1}`, which has {2} without surcharge",
        "평균 부하에 `{1}`의 {0}코어 필요, 추가 요금 없는 기준은 {2}코어",
    ),
    ("{0} core-hours of surplus a month", "월 {0}코어시간 초과"),
    (
        "`{0}` needs {1} of CPU; the limit of {2} cores gives {3} in each 100 ms",
        "`{0}`: CPU {1} 필요, 제한 {2}코어로는 100 ms마다 {3}",
    ),
    (
        "alone on its pod it takes {0} to {1}, by where in a period it begins",
        "파드를 혼자 써도 주기의 어느 시점에 시작하느냐에 따라 {0}~{1} 소요",
    ),
    (
        "{0} holds {1} connections of `{2}` of `{3}`; {4} pods have {5}",
        "{0}: `{3}`의 커넥션 풀 `{2}`에서 {1}개 점유, 파드 {4}개의 보유량은 {5}개",
    ),
    (
        "{0} is {1} of commands a second for the one thread of `{2}`",
        "{0}: `{2}`의 단일 스레드에 초당 {1} 분량의 명령",
    ),
    ("{0} holds `{1}` {2} a second", "{0}: `{1}` 락을 초당 {2} 점유"),
    // Consumers.
    (
        "`{0}` gets {1} records/s; {2} threads on {3} partitions at {4} a record do {5}",
        "`{0}`: 유입 초당 {1}건, 파티션 {3}개의 스레드 {2}개는 레코드당 {4}로 초당 {5}건 처리",
    ),
    ("the lag grows by {0} records an hour", "랙이 시간당 {0}건씩 증가"),
    (
        "`{0}` has 1 partition, {1} threads and {2} records/s of {3}",
        "`{0}`: 파티션 1개, 스레드 {1}개, 건당 {3}인 레코드 초당 {2}건",
    ),
    (
        "one thread, busy {0}; its end is {1} records/s",
        "스레드 하나의 사용률 {0}, 한계는 초당 {1}건",
    ),
    ("`{0}`: {1} threads share {2} partitions", "`{0}`: 스레드 {1}개가 파티션 {2}개를 나눔"),
    (
        "one thread has {0} of them, and the {1} do the work of {2}",
        "한 스레드가 {0}개를 맡아, 스레드 {1}개가 {2}개 몫만 처리",
    ),
    (
        "`{0}`: {1} pods have {2} threads for {3} partitions",
        "`{0}`: 파드 {1}개의 스레드 {2}개, 파티션 {3}개",
    ),
    ("{0} of them are idle", "그중 {0}개는 유휴 상태"),
    (
        "`{0}` and `{1}` read `{2}` as group `{3}`",
        "`{0}`, `{1}`: 같은 그룹 `{3}`(으)로 `{2}` 토픽을 읽음",
    ),
    ("its {0} partitions are divided between the two", "파티션 {0}개를 둘이 나누어 가짐"),
    (
        "{0} listeners of `{1}` share the group `{2}`",
        "`{1}`의 리스너 {0}개가 그룹 `{2}`을(를) 공유",
    ),
    ("a rebalance stops {0} threads of each pod", "리밸런싱이 파드마다 스레드 {0}개를 멈춤"),
    ("`{0}` commits by itself, every 5 s by default", "`{0}`: 기본 5초마다 자동 커밋"),
    ("a pod that dies loses up to {0} records", "파드가 죽으면 레코드를 최대 {0}건 잃음"),
    (
        "{0} records of a poll of `{1}` take {2} each, {3} in all",
        "`{1}`: 한 번에 가져오는 레코드 {0}건이 건당 {2}, 모두 {3} 소요",
    ),
    (
        "after {0} the group takes its thread for dead",
        "{0} 뒤에는 그룹이 해당 스레드를 죽은 것으로 판단",
    ),
    (
        "`{0}` tries a record that fails {1} times more, {2} apart",
        "`{0}`: 실패한 레코드를 {2} 간격으로 {1}회 재시도",
    ),
    (
        "its partition stands still for {0}, and {1} records wait behind it",
        "파티션이 {0} 멈추고 뒤에서 레코드 {1}건이 대기",
    ),
    (
        "`{0}` tries a record that fails {1} times more at once",
        "`{0}`: 실패한 레코드를 대기 없이 {1}회 재시도",
    ),
    ("{0} times the work for nothing", "헛되이 작업량만 {0}배"),
    // Hazards.
    (
        "{0} hold {1} connections of `{2}` of `{3}` at once; up to {4} threads and {5} consumers of a pod share {6}",
        "{0}: `{3}`의 커넥션 풀 `{2}`에서 동시에 {1}개씩 점유, 파드의 스레드 최대 {4}개와 컨슈머 {5}개가 커넥션 {6}개를 공유",
    ),
    (
        "{0} at a time lock the pod up for {1}; safe from {2} connections",
        "{0}건이 겹치면 파드가 {1} 동안 멈춤, 커넥션 {2}개부터 안전",
    ),
    (
        "`{0}` calls another service with a connection held",
        "`{0}`: 커넥션을 잡은 채 다른 서비스를 호출",
    ),
    (
        "{0} slow answers at once take all connections of a pod's pool",
        "느린 응답 {0}건이 겹치면 파드 풀의 커넥션이 모두 소진됨",
    ),
    (
        "requests of `{0}` keep their connection to the end",
        "`{0}`의 요청은 끝날 때까지 커넥션을 점유",
    ),
    (
        "a request holds a connection for {0} without any queue, {1} of it outside its transactions",
        "대기 없이도 요청당 커넥션을 {0} 점유, 그중 {1}은(는) 트랜잭션 밖",
    ),
    ("`{0}` computes for {1} with a connection held", "`{0}`: 커넥션을 잡은 채 {1} 연산"),
    (
        "{0} connections of a pod end at {1} of them a second",
        "파드의 커넥션 {0}개로는 초당 {1}건이 한계",
    ),
    (
        "a failing request to `{0}` becomes {1} tries: {2} of the user x {3} of the mesh on the way",
        "`{0}` 요청 하나가 실패하면 {1}회 시도됨: 사용자 {2}회 x 경로상 메시 {3}회",
    ),
    ("up to {0} times the load on what fails already", "이미 실패하는 곳에 최대 {0}배의 부하"),
    (
        "`{0}` waits {1} for a connection of `{2}`; whoever asked waits {3}",
        "`{0}`: 커넥션 풀 `{2}`에서 {1} 대기, 호출자의 대기 한도는 {3}",
    ),
    (
        "no request ends sooner by the timeout than its user left",
        "커넥션 타임아웃으로 사용자 이탈보다 먼저 끝나는 요청이 없음",
    ),
    (
        "`{0}` waits {1} for `{2}`, and its users {3} for itself",
        "`{0}`: `{2}` 응답을 {1} 기다리나, 사용자가 자신을 기다리는 시간은 {3}",
    ),
    (
        "`{0}` waits {1} for `{2}`, and the mesh {3} for itself",
        "`{0}`: `{2}` 응답을 {1} 기다리나, 메시가 자신을 기다리는 시간은 {3}",
    ),
    (
        "all callers of `{0}` together keep {1} connections to it; it has {2} pods",
        "`{0}`의 호출자들이 유지하는 커넥션은 모두 {1}개, 파드는 {2}개",
    ),
    (
        "{0} pods get no request, and more pods change nothing",
        "파드 {0}개는 요청을 받지 못하며 파드를 늘려도 달라지지 않음",
    ),
    (
        "`{0}` waits {1} for `{2}`, and {3} {4} for itself",
        "`{0}`: `{2}` 응답을 {1} 기다리나, {3}이(가) 자신을 기다리는 시간은 {4}",
    ),
    ("up to {0} of each wait is for nobody", "대기마다 최대 {0}은(는) 응답을 받을 쪽이 이미 없음"),
    ("`{0}` waits for `{1}` without end", "`{0}`: `{1}` 응답을 무한정 기다림"),
    ("{0} of a pod can hang on it", "파드의 {0}이(가) 여기에 묶일 수 있음"),
    ("{0} threads", "스레드 {0}개"),
    ("every thread", "모든 스레드"),
    (
        "pods of `{0}` are ready after {1} and warm after {2}",
        "`{0}` 파드: {1} 뒤 준비 완료, {2} 뒤 워밍업 완료",
    ),
    ("{0} of each pod's life is slow for its users", "파드마다 {0} 동안 사용자에게 느린 응답"),
    (
        "liveness of `{0}` fails for the {1}. time after {2}; a pod takes {3} to get ready",
        "`{0}`: {2} 뒤 활성 프로브 {1}회째 실패, 파드 준비에는 {3} 소요",
    ),
    ("killed {0} before it would answer", "응답하기 {0} 전에 종료됨"),
    (
        "of {0} of grace of `{1}` {2} are left after the pause; a request may take {3}",
        "`{1}`: 종료 유예 {0} 중 종료 전 대기를 빼면 {2}, 요청은 최대 {3} 소요",
    ),
    ("requests that take longer are cut off", "그보다 오래 걸리는 요청은 끊김"),
    ("`{0}` has one pod", "`{0}`: 파드 1개"),
    ("its loss is an outage of {0} and more", "파드를 잃으면 {0} 이상 서비스 중단"),
    ("its loss, and each rollout, is an outage", "파드를 잃거나 배포할 때마다 서비스 중단"),
    (
        "all {0} pods of `{1}` go before new ones come",
        "`{1}`의 파드 {0}개가 새 파드보다 먼저 모두 종료됨",
    ),
    ("{0} without an answer in each rollout", "배포마다 {0} 동안 응답 없음"),
    (
        "a pod of `{0}` has {1} threads for {2} connections",
        "`{0}` 파드: 스레드 {1}개, 커넥션 {2}개",
    ),
    ("{0} of them may wait up to {1}", "그중 {0}개는 최대 {1} 대기할 수 있음"),
    // Arithmetic of the load.
    ("{0} users on a day of {1} in a month", "월간 사용자 {1}명 중 일간 사용자 {0}명"),
    ("{0} users at once of {1} on a day", "일간 사용자 {1}명 중 동시 사용자 {0}명"),
    ("{0} users at once of {1} in a month", "월간 사용자 {1}명 중 동시 사용자 {0}명"),
    ("{0} more than there are", "전체보다 {0}명 많음"),
    (
        "{0} users at {1} requests/s ask once in {2} each; those of mix {3} once in {4}",
        "사용자 {0}명에 {1} RPS이면 각자 {2}마다 한 번 요청, 요청 비율 {3}의 사용자는 {4}마다 한 번",
    ),
    (
        "so many users make {0} requests/s, or {1} requests/s take {2} users",
        "이 사용자 수라면 {0} RPS, {1} RPS라면 사용자 {2}명",
    ),
    (
        "{0} of {1} daily users at once are visits of {2}; they last {3}",
        "일간 사용자 {1}명 중 동시 {0}명이면 방문 시간은 {2}, 실제 방문은 {3}",
    ),
    ("with such visits {0} are there at once", "이 방문 시간이면 동시 사용자는 {0}명"),
    (
        "{0} requests/s at the peak are {1} requests a day, {2} for each of {3} daily users; a visit has {4}",
        "피크 {0} RPS이면 하루 {1}건, 일간 사용자 {3}명에게 1인당 {2}건; 방문 한 번은 {4}건",
    ),
    ("{0} visits of each on each day", "1인당 하루 {0}회 방문에 해당"),
    (
        "{0} orders a month are {1}/s on the mean and {2}/s at the peak; stated are {3}/s",
        "월 주문 {0}건이면 평균 {1}/s, 피크 {2}/s; 문서에는 {3}/s",
    ),
    ("{0} times apart", "{0}배 차이"),
    (
        "mix {0} makes {1} orders/s at the load asked about, {2} a month; {3} are stated",
        "요청 비율 {0}: 요청한 부하에서 주문 초당 {1}건, 월 {2}건; 문서에는 {3}건",
    ),
    (
        "{0} events/s for {1} orders/s are {2} an order; the system makes {3}",
        "초당 주문 {1}건에 초당 이벤트 {0}건이면 주문당 {2}건, 시스템은 주문당 {3}건",
    ),
    ("{0} orders/s make {1} events/s", "초당 주문 {0}건이면 초당 이벤트 {1}건"),
    (
        "{0} requests/s of mix {1} cause {2} events/s; the target is {3}",
        "요청 비율 {1} {0} RPS에서 이벤트는 초당 {2}건, 목표는 {3}건",
    ),
    ("{0} events/s take {1} requests/s of it", "초당 이벤트 {0}건에는 {1} RPS 필요"),
    (
        "{0} virtual users make at most {1} requests/s with responses of {2}",
        "가상 사용자 {0}명은 응답 시간 {2}에서 최대 {1} RPS",
    ),
    ("{0} requests/s take {1} of them", "{0} RPS에는 {1}명 필요"),
    (
        "events/s are to grow from {0} to {1}, {2} times",
        "초당 이벤트가 {0}에서 {1}(으)로 {2}배 증가한다고 함",
    ),
    (
        "threads with a partition grow {0} times at most ({1} → {2}, `{3}`)",
        "파티션을 맡은 스레드는 최대 {0}배 증가({1} → {2}, `{3}`)",
    ),
    (
        "requests/s are to grow from {0} to {1}, {2} times",
        "RPS가 {0}에서 {1}(으)로 {2}배 증가한다고 함",
    ),
    (
        "pods grow from {0} to {1}, the most of one service {2} times",
        "파드는 {0}개에서 {1}개로 증가, 서비스별 최대 {2}배",
    ),
    (
        "{0} connections are stated; the pools of all pods have {1}",
        "문서의 커넥션 {0}개, 모든 파드의 풀을 합하면 {1}개",
    ),
    ("over {0} databases, {1} times the stated", "DB {0}개에 걸쳐 문서의 {1}배"),
    ("{0} is to be at most {1}, and {2} {3}", "{0} 목표는 {1} 이하, {2} 목표는 {3} 이하"),
    ("{0} is below {1} wherever {2} is", "{2}이(가) {1} 이하이면 {0}도 그 이하"),
    (
        "{0} of mix {1} take longer on the mean than the {2} of {3}: {4}",
        "요청 비율 {1}의 {0}이(가) 평균적으로 {2} 목표 {3}보다 오래 걸림: {4}",
    ),
    ("{0} may leave out {1}", "{0}이(가) 제외할 수 있는 것은 {1}"),
    (
        "{0} requests/s are stated; of mix {1} `{2}` passes {3} at most",
        "문서에는 {0} RPS, 요청 비율 {1}에서 `{2}`의 한계는 {3} RPS",
    ),
    ("{0} of what is stated", "문서에 적힌 수치의 {0}"),
    // Money.
    ("{0} a month are stated for what costs {1} ({2})", "문서에는 월 {0}, 가격표 기준 {1}({2})"),
    ("{0} apart, {1}", "{0} 차이, {1}"),
    (
        "{0} a month cover {1}; all that has a price costs {2}",
        "월 {0}은(는) {1}만 포함, 가격을 아는 전체는 {2}",
    ),
    ("left out: {0}", "빠진 항목: {0}"),
    (
        "{0} more a month are stated; by the price table it is {1}",
        "문서에는 월 {0} 증가, 가격표 기준 {1} 증가",
    ),
    ("{0} apart", "{0} 차이"),
    ("{0} parts have no price in {1}: {2}", "항목 {0}개는 {1} 가격이 없음: {2}"),
    ("the sum of {0} is without them", "합계 {0}에는 포함되지 않음"),
    ("nothing uses the cache `{0}`", "캐시 `{0}`을(를) 쓰는 곳이 없음"),
    ("nothing uses the database `{0}`", "DB `{0}`을(를) 쓰는 곳이 없음"),
    ("{0} a month", "월 {0}"),
    ("its price is not known", "가격을 알 수 없음"),
    (
        "the mean load uses {0} cores beyond the baseline of {1}",
        "평균 부하가 기준 {1}코어보다 {0}코어 더 사용",
    ),
    ("{0} a month more for nodes", "노드 비용 월 {0} 추가"),
    ("`{0}` has {1} nodes and may have {2}", "`{0}`: 노드 {1}개, 최대 {2}개"),
    ("{0} a month now, {1} at the most", "현재 월 {0}, 최대 {1}"),
];
