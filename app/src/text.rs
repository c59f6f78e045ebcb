//! Every fixed string of the screen, Korean and English side by side. Sentences that are put together live in
//! [`crate::say`].

use bonghwa_analytics::format::Lang;

macro_rules! words {
    ($(#[$about:meta])* $kind:ident; $($name:ident: $ko:literal, $en:literal;)*) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(crate) struct $kind { $(pub(crate) $name: &'static str,)* }

        impl $kind {
            pub(super) const KO: Self = Self { $($name: $ko,)* };
            pub(super) const EN: Self = Self { $($name: $en,)* };
        }
    };
}

/// What the pages of the browser's other modules need besides; the module of the first page does without.
#[cfg(any(feature = "ssr", feature = "rooms", feature = "answers"))]
mod further;

#[cfg(any(feature = "ssr", feature = "rooms", feature = "answers"))]
impl std::ops::Deref for Words {
    type Target = further::Further;

    fn deref(&self) -> &Self::Target {
        if self.other_language == Self::KO.other_language { &further::Further::KO } else { &further::Further::EN }
    }
}

/// The strings of a language.
pub(crate) const fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Ko => &Words::KO,
        Lang::En => &Words::EN,
    }
}

words! {
    /// The strings of one language.
    Words;
    name: "봉화", "Bonghwa";
    skip: "본문 바로 가기", "Skip to content";
    menu: "주 메뉴", "Main menu";
    now: "지금", "Now";
    region: "지역", "Region";
    session: "세션", "Sessions";
    combine: "합쳐 보기", "Combine";
    display: "화면", "Display";
    help: "도움말", "Help";
    other_language: "English", "한국어";
    about_data: "자료 안내", "About the data";
    demo: "시연 자료입니다. 실제 수치가 아닙니다.", "Demonstration data, not real figures.";
    connect_data: "자료 연결하기", "Connect your data";
    description: "전국 민원 시스템의 지금 상태", "The state of the nation’s systems, now";

    light: "밝게", "Light";
    dark: "어둡게", "Dark";
    contrast: "고대비", "High contrast";
    text: "글자", "Text";
    method: "산출 방법", "Method";
    glossary: "용어", "Glossary";
    open_files: "파일 열기", "Open files";
    license_font: "글꼴과 라이선스", "Fonts and licences";
    kst: "시각은 모두 한국 표준시(KST)", "All times are Korean Standard Time (KST)";

    as_of: "기준", "as of";
    pause: "자동 갱신 멈추기", "Pause updates";
    resume: "자동 갱신 다시 시작", "Resume updates";
    reload: "새로 고침", "Reload";
    in_range: "평소 범위", "In usual range";
    above: "평소보다 높음", "Above usual";
    below: "평소보다 낮음", "Below usual";
    longer: "평소보다 김", "Longer than usual";
    shorter: "평소보다 짧음", "Shorter than usual";
    range_unknown: "평소 범위 알 수 없음", "Usual range unknown";
    four: "네 가지 수치", "Four measures";
    yesterday_now: "어제 이 시간", "This time yesterday";
    up: "높음 ", "up ";
    down: "낮음 ", "down ";
    same: "같음", "same";
    midnight: "0시", "00:00";
    end_of_day: "24시", "24:00";

    users: "동시접속자", "Concurrent users";
    users_short: "접속자", "Users";
    incidents: "사건", "Incidents";
    sessions: "동시 세션", "Concurrent sessions";
    addresses: "접속 주소", "Connected addresses";
    per_capita: "인구 1만 명당", "Per 10,000 people";
    requests: "요청", "Requests";
    error_rate: "오류율", "Error rate";
    response: "응답시간", "Response";
    p50: "응답시간 중앙값", "Response time median";
    p95: "응답시간 p95", "Response time p95";
    p99: "응답시간 p99", "Response time p99";
    load: "부하율", "Load";
    cpu: "CPU 사용률", "CPU use";
    memory: "메모리 사용률", "Memory use";
    heap: "힙 사용률", "Heap use";
    by_user_cookie: "이용자 쿠키 기준", "by user cookie";
    by_session: "세션 쿠키 기준", "by session cookie";
    by_address: "IP 주소 기준", "by IP address";
    user_cookie: "이용자 쿠키", "User cookie";
    session_cookie: "세션 쿠키", "Session cookie";
    ip_address: "IP 주소", "IP address";
    sub_requests: "평균", "mean";
    sub_errors: "실패한 요청의 비율", "share of failed requests";
    sub_p95: "100건 중 95건은 이보다 빠름", "95 of 100 are faster";
    error_band: "오차", "error";

    map_measure: "지도 수치", "Map measure";
    line_measure: "흐름 수치", "Timeline measure";
    sub_load: "부하율: 웹·WAS·DB 중 가장 바쁜 층의 CPU 사용률", "Load: CPU use of the busiest tier";
    rank: "순위", "Rank";
    bar: "막대", "Bar";
    limit: "기준 80", "limit 80";
    late: "수신 지연", "Late";
    never: "받은 적 없음", "Never received";
    isles: "울릉·독도", "Ulleung, Dokdo";
    key_range: "막대 뒤의 회색 칸은 그 지역의 평소 범위입니다.", "The grey span behind each bar is that region’s usual range.";
    no_value: "자료 없음", "No data";

    today: "오늘", "Today";
    yesterday: "어제", "Yesterday";
    last_week: "지난주", "Last week";
    usual_range: "평소 범위", "Usual range";
    time: "시각", "Time";
    table: "표", "table";
    show_table: "표로 보기", "Show as a table";
    as_picture: "그림으로 받기", "As a picture";
    events: "일어난 일", "What happened";
    no_events: "0시부터 기록된 일이 없습니다.", "Nothing was recorded since midnight.";
    no_events_period: "이 기간에 기록된 일이 없습니다.", "Nothing was recorded in this period.";
    deployment: "배포", "Deployment";
    keys_hint: "그래프를 누르거나 화살표 키를 쓰면 값을 읽을 수 있습니다.", "Point at the chart or use the arrow keys to read values.";
    keys_label: "화살표 키로 시각을 옮기고 Esc로 나갑니다.", "Arrow keys move in time, Escape leaves.";

    sources: "이 화면의 수치는 어디서 왔나요?", "Where do the figures on this page come from?";
    source: "출처", "Sources";
    src_figure: "수치", "Figure";
    src_value: "값", "Value";
    src_scope: "범위와 기간", "Scope and period";
    src_method: "방법과 오차", "Method and error";

    loading: "자료를 불러오고 있습니다", "Loading";
    failed: "자료를 불러오지 못했습니다", "The data could not be loaded";
    failed_do: "잠시 뒤 다시 시도해 주십시오. 계속되면 아래 내용을 관리자에게 알려 주십시오.", "Please try again in a moment. If it goes on, tell the administrator what stands below.";
    retry: "다시 시도", "Try again";
    details: "자세히", "Details";
    home: "지금 화면으로", "Go to Now";
    missing_title: "찾으시는 화면이 없습니다", "There is no such page";
    missing_lead: "주소가 바뀌었거나 잘못 적혔을 수 있습니다.", "The address may have changed or been mistyped.";
    no_region: "그런 지역이 없습니다", "There is no such region";
    no_region_lead: "설정에 없는 지역입니다. 아래에서 지역을 골라 주십시오.", "The settings do not name this region. Please choose one below.";

    period: "기간", "Period";
    span_1h: "1시간", "1 hour";
    span_6h: "6시간", "6 hours";
    span_24h: "24시간", "24 hours";
    span_7d: "7일", "7 days";
    from: "시작", "From";
    to: "끝", "To";
    apply: "이 기간 보기", "Show this period";
    compare: "견줄 때", "Compare with";
    vs_day: "하루 전", "Day before";
    vs_week: "한 주 전", "Week before";
    vs_none: "견주지 않음", "Nothing";
    service: "서비스", "Service";
    all_services: "모든 서비스", "All services";
    identity: "세는 기준", "Counted by";
    choose_region: "지역 바꾸기", "Change region";
    figures: "이 기간의 수치", "Figures of the period";
    services: "서비스별", "By service";
    routes: "느린 경로부터", "Slowest routes first";
    calls: "서비스 사이의 호출", "Calls between services";
    route: "경로", "Route";
    caller: "부르는 쪽", "Caller";
    callee: "불리는 쪽", "Callee";
    count: "건수", "Count";
    per_second: "초당", "Per second";
    before: "견준 기간 p95", "p95 before";
    logs: "로그", "Logs";
    log_line: "로그 내용", "Log line";
    severity: "수준", "Severity";
    log_hint: "<*>는 줄마다 달라지는 값을 지운 자리입니다.", "<*> stands where values that vary were cut out.";
    appeared: "새로 나타남", "New";
    vanished: "사라짐", "Gone";
    multiplied: "크게 늘어남", "Multiplied";
    severe: "오류", "Error";
    warning: "경고", "Warning";
    information: "정보", "Information";
    debug: "디버그", "Debug";
    none_in_period: "이 기간에 자료가 없습니다", "No data in this period";
    compared: "견준 기간", "Compared period";
    this_period: "이 기간", "This period";
    detail_view: "자세히 보기", "See every point";
    detail_hide: "접기", "Close";
    zoom_in: "확대", "Zoom in";
    zoom_out: "축소", "Zoom out";
    pan_left: "앞 시각으로", "Earlier";
    pan_right: "뒤 시각으로", "Later";
    whole: "전체", "Whole period";
    detail_hint: "휠이나 두 손가락으로 확대하고, 끌거나 화살표 키로 옮깁니다.", "Zoom by wheel or pinch, move by dragging or with the arrow keys.";

    pseudonym: "가명", "Pseudonym";
    why: "적은 까닭", "Why it is listed";
    forecast: "예측·용량", "Forecast";
    interval: "85 % 구간", "85 % interval";
    expected: "예측", "Forecast";
    said: "그때의 예측", "What was forecast";
    measure: "수치", "Measure";
    threshold: "임계값", "Threshold";
    over: "넘을 확률", "Probability of passing";
    peak: "가장 높을 때", "At its highest";
    answer: "판단", "Answer";
    weekly: "한 주에", "A week";
    sure: "확신", "Confidence";
    holidays_in: "공휴일은 일요일처럼 봅니다", "Holidays are taken to go like Sundays";

    choose_regions: "지역을 고르세요", "Choose regions";
    choose_period: "기간을 고르세요", "Choose a period";
    sets: "묶음", "Sets";
    capital: "수도권", "Capital area";
    chungcheong: "충청권", "Chungcheong";
    honam: "호남권", "Honam";
    yeongnam: "영남권", "Yeongnam";
    nation: "전국", "Nationwide";
    clear: "모두 지우기", "Clear";
    hint_tiles: "칸의 수는 고른 기간에 그 지역을 쓴 사람입니다", "The number in a tile is who used that region in the period";
    w_5m: "최근 5분", "5 min";
    w_1h: "최근 1시간", "1 hour";
    w_24h: "최근 24시간", "24 hours";
    w_today: "오늘", "Today";
    w_yesterday: "어제", "Yesterday";
    w_week: "이번 주", "This week";
    w_7d: "최근 7일", "7 days";
    w_fixed: "아래 기간", "Period below";
    do_combine: "합치기", "Combine";
    simply_added: "그냥 더하면", "Simply added";
    counted_once: "한 번만 세면", "Counted once";
    only_one: "한 지역만", "One region only";
    several: "두 곳 이상", "Two or more";
    counted_again: "겹쳐 셈", "Counted again";
    by_region: "지역별로 보면", "Region by region";
    only_here: "이 지역만 쓴 사람", "Only in this region";
    share: "그 비율", "Share";
    just_added: "그냥 더함", "Simply added";
    once: "한 번만 셈", "Counted once";
    overlaps: "어디와 어디가 겹치나", "Where regions overlap";
    cannot_tell: "오차보다 작아서 알 수 없습니다", "Smaller than its error, cannot tell";
    cannot_tell_short: "알 수 없음", "cannot tell";
    privacy: "누가 접속했는지는 지역 밖으로 나오지 않습니다. 이 PC가 받은 것은 되돌릴 수 없는 요약뿐입니다.", "Who was connected never leaves a region. This computer received only summaries that cannot be turned back.";
    choose_first: "지역을 하나 이상 골라 주십시오", "Please choose at least one region";
    choose_first_lead: "왼쪽 칸을 누르면 그 지역들을 쓴 사람을 한 번씩만 세어 보여 드립니다.", "Tick tiles to count everybody who used those regions once.";
    merged_on_server: "서버에서 합산", "Merged on the server";
    fetching: "요약을 받고 있습니다", "Receiving summaries";
    pair_note: "가는 선은 오차입니다. 겹친 수는 두 추정의 차라 오차가 더 큽니다.", "The thin line is the error. An overlap is a difference of estimates, so its error is larger.";
    only_note: "이 지역만 쓴 사람은 큰 두 수의 차라 오차가 큽니다. 오차보다 작으면 적지 않습니다.", "Who used only one region is a difference of two large numbers; where it is below its error it is not given.";

    ask: "묻기", "Ask";
    ask_now: "바로 물어보기", "Ask right away";
    past: "이전 질문", "Asked before";
    like_this: "비슷한 질문", "Similar questions";
    close: "닫기", "Close";
    ask_hint: "무엇이 궁금하세요?", "Ask a question";
    question: "질문", "Question";
    highest: "가장 높을 때", "Highest";
    difference_short: "차이", "Difference";
    users_mean: "동시접속자는 5분마다 센 수의 평균입니다. 기간 전체의 이용자 수와 다릅니다.", "Concurrent users are the mean of five-minute counts, not the users of the whole period.";
    why_page: "판정 근거", "Why, and why not";
    why_nothing: "그때 이 값을 보낸 곳이 없습니다. 다른 시각이나 다른 항목을 고르십시오.", "Nobody sent it then. Please choose another time or another measure.";
    middle: "가운데", "middle";
    kind: "종류", "Kind";
    change: "변화", "Change";
    then: "그때 15분", "Those 15 min";
    call: "호출", "Call";
    to_why: "근거", "Why";
    objectives: "서비스 수준 목표", "Service-level objectives";
    objective: "목표", "Objective";
    standing: "상태", "State";
    achieved: "지킨 비율", "Achieved";
    bad: "못 지킨 요청", "Bad requests";
    budget_left: "남은 오류 예산", "Budget left";
    burn_1h: "소진 속도 1시간", "Burn 1 h";
    burn_6h: "6시간", "6 h";
    burn_3d: "3일", "3 days";

    usual: "평소", "usual";
    entry: "이용자 요청", "user requests";
    reports: "보고서", "Reports";
    runbooks: "런북", "Runbooks";
    see_incidents: "사건 보기", "See incidents";
    finding_cause: "원인을 찾고 있습니다.", "The cause is being looked for.";
    no_cause: "원인은 알 수 없습니다.", "The cause cannot be told.";
    scope: "범위", "Scope";
    resolve: "해결됨", "Resolved";
    acknowledged: "확인함", "Acknowledged";
    resolved: "해결됨", "Resolved";
    reopened: "다시 엶", "Reopened";
    judged_right: "원인 판단 맞음", "Cause right";
    judged_wrong: "원인 판단 틀림", "Cause wrong";
    value: "값", "Value";
    by_season: "최근 28일 가운데 같은 종류 날(평일·토요일·쉬는 날) 14일까지, 같은 시각의 중앙값과 흩어짐", "median and scatter at the same time on up to 14 days of the same kind in the last 28";
    by_local: "바로 앞 20분의 중앙값과 흔들림", "median and swing of the 20 minutes before";
    by_nothing: "방법이 남아 있지 않음", "method not kept";
    helps: "보통 도움이 되는 일", "What usually helps";
    times_usual: "평소의 몇 배", "Times the usual";
    judging: "지난 자료를 아직 판정하고 있어 사건이 더 나올 수 있습니다.", "The past is still being judged; more incidents may come.";
    learning: "두 주 동안 배우기 전에는 크게 벗어난 것만 찾습니다.", "Until two weeks have been seen, only gross changes are found.";
    findings: "징후", "Findings";
    small_signs: "작은 징후", "Small signs";
    out_word: "평소 범위 밖", "out of its usual range";
    in_word: "평소 범위 안", "in its usual range";
    band_by: "범위는 ", "range: ";
}
