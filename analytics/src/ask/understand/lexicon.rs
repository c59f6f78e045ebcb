//! The words: what each group means, and how people write it. Spaces inside an entry are optional in the text.
//!
//! Latin entries are whole words. Entries of the same spelling must not stand in two groups. Korean stems stand without
//! endings, which have a group of their own.

use super::sense::Cue::{
    Ahead, Capacity, Change, Compare, EachRegion, Endpoint, Health, HowMuch, Incident, Lasting, Region, Report,
    Session, Slow, State, Tell, Trend, Where, Why,
};
use super::sense::Sense::{
    Against, Anchor, Cue, Deployed, Format, Further, Hint, Idle, Measure, Mode, Most, Nation, Order, Over, Than, Time,
    Top, Versus, With,
};
use super::sense::Time::{
    Ago, Between, Clock, Dash, Day, During, From, Half, Half12, Hence, Holiday, Month, MonthName, Now, NthWeek,
    Overnight, Part, Quarter, Recent, SameHour, SamePeriod, SameWeekday, Since, To, Unit as One, Week, Weekday,
    Weekend, Within, Year,
};
use super::sense::{Sense, Unit, Veto as Why_};
use crate::ask::question::{Format as File, Order as First};
use crate::identity::IdentityMode;
use crate::view::Measure as M;

/// Every group of words.
pub(super) const LEXICON: &[(Sense, &str)] = &[
    // Measures.
    (
        Measure(M::Users),
        "동시접속자|동시접속자수|동시 접속|동시접속 수|동시 사용자|동시 이용자|동접|동접자|동접수|접속자|접속자수|접속 인원|접속 수|이용자|이용자수|사용자|사용자수|유저|유저수|\
         concurrent users|concurrent user|concurrent user count|concurrent sessions|concurrency|users|user count|active users|\
         users online|online users|logged in users|connected users|visitors|concurrents|ccu|user|user numbers",
    ),
    (
        Measure(M::PerCapita),
        "만 명당|만명당 접속자|인구 만 명당|인구 만 명당 접속자|1만 명당|인구 1만 명당|인구당|인구 대비|인구 대비 접속자|1인당|per capita|per 10000|per 10000 people|\
         per 10000 inhabitants|users per capita|per 10000 residents",
    ),
    (
        Measure(M::Requests),
        "요청|요청수|요청량|요청 건수|리퀘스트|처리량|처리 건수|호출|호출수|호출량|호출 건수|트래픽|접속 건수|tps|rps|초당 요청|초당 요청수|초당 처리량|\
         requests|request|request count|request rate|requests per second|throughput|traffic|calls|request volume|hits|qps",
    ),
    (
        Measure(M::ErrorRate),
        "오류율|에러율|오류|에러|오류 비율|에러 비율|실패율|오류 건수|에러 건수|오류 발생률|실패 비율|5xx|오류율이|error rate|error rates|errors|error|error ratio|\
         failure rate|error percentage|failed requests|에러 레이트",
    ),
    (
        Measure(M::LatencyP50),
        "중앙값|응답시간 중앙값|응답 중앙값|중간값|응답시간 중간값|p50|p50 응답시간|중위값|median|median latency|median response time|p50 latency|50th percentile",
    ),
    (
        Measure(M::LatencyP95),
        "응답시간|응답 속도|응답속도|응답 지연|지연 시간|지연시간|응답|레이턴시|레이턴씨|처리 시간|처리 속도|속도|p95|p95 응답시간|p95 레이턴시|p95 지연시간|95 퍼센타일|95 백분위|\
         latency|latencies|response time|response times|response latency|p95 latency|p95 response time|95th percentile|response speed|speed|\
         loading time|page load time|평균 응답시간|반응 속도|응답 지연시간",
    ),
    (
        Measure(M::LatencyP99),
        "p99|p99 응답시간|p99 지연시간|p99 레이턴시|99 퍼센타일|99 백분위|p99 latency|p99 response time|99th percentile|tail latency",
    ),
    (
        Measure(M::Load),
        "부하|부하율|시스템 부하|시스템 부하율|서버 부하|서버 부하율|시스템 사용률|시스템 사용율|시스템 사용량|시스템 이용률|서버 사용률|서버 사용율|사용률|사용율|\
         사용량|이용률|부하량|로드|가동률|자원 사용률|리소스 사용률|부하 상태|load|loads|system load|server load|system usage|system use|system utilisation|\
         system utilization|utilisation|utilization|server utilization|server usage|workload|usage|load level",
    ),
    (
        Measure(M::Cpu),
        "cpu|씨피유|시피유|cpu 사용률|cpu 사용율|cpu 사용량|cpu 점유율|cpu 부하|cpu 이용률|씨피유 사용률|프로세서|cpu usage|cpu load|cpu use|cpu utilisation|cpu utilization|\
         processor|processor usage|cpu 부하율",
    ),
    (
        Measure(M::Memory),
        "메모리|메모리 사용률|메모리 사용율|메모리 사용량|메모리 점유율|메모리 이용률|램|램 사용량|램 사용률|memory|memory usage|memory use|memory utilisation|\
         memory utilization|ram|ram usage|memory consumption|memory 사용률|memory 사용량|mem",
    ),
    (
        Measure(M::Heap),
        "힙|힙 메모리|힙 사용률|힙 사용량|힙 메모리 사용률|힙 메모리 사용량|jvm 힙|자바 힙|heap|heap usage|heap use|heap memory|jvm heap|java heap|heap memory usage|jvm heap usage|jvm 메모리",
    ),
    // Words that hint at a measure.
    (
        Hint(M::Users),
        "접속|접속해|접속하고|접속 중|들어와|들어온|들어왔|이용 중|사용 중|쓰고 있|써|쓰는 사람|사람|사람들|인원|명수|붙어|people|persons|online|logged in|logged on|connected|on the site|\
         on the system|using the system|anyone|everyone|이용하고|몰려|북적",
    ),
    (
        Hint(M::Load),
        "바쁜|바쁘|바빠|바빴|붐벼|힘들어|빡센|빡세|붐비|붐빈|과부하|혼잡|힘든|힘들|busy|busiest|loaded|overloaded|heaviest|stressed|heavily loaded|most loaded|least loaded|부담",
    ),
    (Hint(M::Requests), "쏟아진|쏟아지"),
    // Compare.
    (
        Cue(Compare),
        "비교|비교해|견주|견줘|견주어|차이|차이점|대조|나란히|대비표|격차|얼마나 달라|뭐가 달라|달라|달라졌|다른가|다른지|어떻게 달라|compare|compared|comparing|comparison|\
         difference|differences|differ|stack up|side by side|contrast|different|gap",
    ),
    (
        Against,
        "보다|보단|보다는|대비|에 비해|에 비해서|비해|비하면|비해서|과 비교하면|랑 비교하면|하고 비교하면|와 비교하면|와 비교|과 비교|랑 비교|하고 비교|와 비교해|과 비교해|랑 비교해|\
         하고 비교해|와 견주어|과 견주어|와 대비해|과 대비해|와 비교해서|과 비교해서|랑 비교해서|와 비교했을 때|랑 비교했을 때|과 비교했을 때|하고 비교해서",
    ),
    (
        Than,
        "than|against|compared to|compared with|relative to|in comparison to|in comparison with|as opposed to|compare to|compare with|from that of",
    ),
    (Versus, "vs|versus"),
    (
        Cue(Change),
        "늘었|늘어났|늘어|늘고|늘어난|늘은|줄었|줄어들|줄어|줄고|줄어든|증가|감소|증감|올랐|올라|오르|오른|떨어졌|떨어진|떨어지|내렸|내려갔|상승|하락|늘거나|변동|나빠|나빠졌|악화|개선|\
         좋아졌|빨라졌|심해졌|높아졌|낮아졌|많아졌|적어졌|튀었|튀어|튄|치솟|급증|급감|급등|폭증|튀는|뛰었|rise|rose|risen|grow|grew|grown|increase|increased|decrease|decreased|drop|dropped|\
         fall|fell|fallen|up|down|higher|lower|worse|better|spike|spiked|spiking|jump|jumped|surge|surged|went up|gone up|went down|go up|go down|decline|declined|improve|improved",
    ),
    // Trend.
    (
        Cue(Trend),
        "추이|추세|그래프|차트|흐름|변화|변화 추이|변해|변했|변하|변화량|시계열|시간대별|시간별|시간대 별|일별|날짜별|요일별|분 단위|시간 단위|곡선|경향|양상|어떻게 변|어떻게 바뀌|바뀌었|움직임|흘러|흘렀|움직|그려|그려줘|오르내|\
         trend|trends|trending|graph|chart|plot|over time|time series|course|curve|develop|developed|evolve|evolved|hourly|by hour|per hour|each hour|hour by hour|by day|per day|change|changed|changes|\
         evolution|history|timeline|변천|day by day|일자별",
    ),
    // Diagnose.
    (
        Cue(Why),
        "왜|왜이래|이유|원인|까닭|때문|탓|어째서|웬일|무슨 일|무슨일|뭔 일|뭔일|무슨 문제|뭔 문제|뭐가 문제|문제가 뭐|문제 원인|뭐 때문|무엇 때문|진단|규명|왜그래|왜 그래|어쩌다|무슨 이유|근본 원인|어찌된|어떻게 된 일|뭐가 잘못|\
         why|cause|caused|causes|causing|reason|reasons|root cause|root causes|what happened|what is wrong|what s wrong|whats wrong|wrong|going on|diagnose|diagnosis|explain|what s the matter|matter with|\
         behind|how come|what s up with|troubleshoot|responsible for|what s happening|what is happening|what went wrong|to blame",
    ),
    (
        Cue(Health),
        "괜찮|멀쩡|정상|이상해|이상하|이상한|이상 없|이상없|이상 있|이상있|문제|문제 없|문제없|문제 있|불안정|안정|맛이 갔|맛이 가|먹통|안 돼|안돼|안 되|안되|이 모양|이모양|말썽|비정상|불량|잘 돌아가|잘 되|잘돼|무사|별일|건강|이상|아파|접속이 안|접속 안|삐걱|안 열|안열|안 떠|안떠|안 뜨|안 나와|안나와|안 들어가|안들어가|안 먹|튕기|튕겨|튕긴|끊기|끊겨|끊긴|끊김|멈췄|멈춘|멈춤|죽었|죽은|오류가 나|에러가 나|타임아웃|시원찮|시원치|엉망|난리|이상해졌|이상해진|\
         ok|okay|fine|healthy|health|normal|problem|problems|broken|issue|issues|strange|odd|weird|acting up|misbehaving|trouble|unstable|off|seems off|unavailable|unreachable|not working|not loading|not responding|unresponsive|failing|fails|hanging|hangs|frozen|stuck|timeout|timeouts|timing out|crashing|flaky|haywire|all right|alright|working|down right now",
    ),
    (
        Cue(State),
        "상태|상황|현황|형편|컨디션|어때|어떤가|어떤지|어떠|어떻|어땠|status|condition|conditions|how are things|how is|how s|how was|doing",
    ),
    (
        Cue(Slow),
        "느려|느린|느리|느렸|느려진|느려졌|느려지|느림|느릴|늦|늦은|늦어|늦어진|늦어졌|지연|지연된|지연되|버벅|버벅거|버벅이|버벅대|굼뜬|답답|렉|렉 걸|렉이|오래 걸|오래걸|오래 걸리|오래 걸린|시간이 걸리|시간 많이 걸리|시간이 많이 걸리|더딘|더뎌|저하|성능 저하|응답이 느린|응답이 느려|응답 느린|속도가 느린|속도 느린|속도가 느려|응답이 늦|응답 지연된|응답시간이 긴|응답시간 긴|응답이 긴|\
         slow|slower|slowest|slowed|slowed down|slowness|slowdown|slow down|sluggish|lag|lagging|laggy|delayed|delay|takes long|taking long|take long|takes the longest|take the longest|longest running|taking longest|taking the longest|degraded|degradation|slowing|slow running|crawling|slow response",
    ),
    // Endpoints.
    (
        Cue(Endpoint),
        "api|apis|에이피아이|엔드포인트|엔드 포인트|url|urls|uri|경로|요청 경로|화면|페이지|기능|메뉴|트랜잭션|거래|라우트|호출 경로|서비스 경로|주소별|endpoint|endpoints|route|routes|path|paths|page|pages|\
         transaction|transactions|screen|screens|operation|operations|api call|api calls|api별|페이지별|request paths|api들",
    ),
    (
        Deployed,
        "이번 배포|이번 배포 후|이번 배포 뒤|이번 배포 이후|배포|배포 후|배포 이후|배포 뒤|배포하고|배포 하고|배포하고 나서|배포한 뒤|배포한 후|배포된 후|배포된 뒤|배포된 이후|배포 뒤로|배포 이후로|배포 다음|배포 직후|배포 전후|배포 하고 나서|배포로|배포로 인해|배포 때문에|배포 때문|배포 나간 뒤|배포 나가고|릴리스 후|릴리즈 후|릴리스 이후|릴리즈 이후|\
         릴리스|릴리즈|업데이트 후|업데이트 이후|패치 후|패치 이후|새 버전|신규 버전|반영 후|반영 이후|버전 올리고|버전 올린 뒤|deployment|deploy|deployed|release|released|rollout|new version|update|after the update|after the upgrade|since the deployment|after the deployment|\
         after deployment|post deployment|after the release|after deploy|since deploy|since the release|after the last deployment|after the latest deployment|since the last deployment|since the latest deployment|last deployment|latest deployment|this deployment|\
         last deploy|latest deploy|last release|latest release|after this deployment|since the last release|since the last deploy|after the last release|after the latest release|since the latest release|deployed version|latest version|recent deployment|most recent deployment|rolled out|went live|go live|shipped",
    ),
    // Sessions.
    (
        Cue(Session),
        "세션|장시간|장기 접속|장기접속|장시간 접속|장시간 접속자|장시간 접속 사용자|장시간 로그인|장시간 이용|장시간 사용|오래 접속|오래 접속한|오래 머문|오래 머무|오래 붙어|오래 로그인|오랫동안|오래된 접속|오래 들어와|로그인|로그온|의심|의심스러|의심되|수상|수상한|수상쩍|매크로|봇|비정상 접속|무단|부정 접속|접속 시간|접속시간|체류|체류 시간|로그인 시도|같은 주소|한 주소|동일 주소|하나의 주소|같은 아이피|한 아이피|동일 아이피|같은 ip|동일 ip|한 ip|계속 접속|종일 접속|\
         대량 로그인|반복 로그인|로그아웃 안|로그아웃하지|안 나간|session|sessions|log in|log ins|login|logins|logging in|logged in the longest|logged in longest|been logged in|suspicious|suspect|suspects|suspiciously|long lived|long sessions|\
         bot|bots|sign in|sign ins|single address|one address|same address|one ip|single ip|brute force|stayed on|stay on|dwell|long running sessions|longest sessions|stayed logged in|staying logged in|connected the longest|connected longest|online the longest|connected for|logged in for|online for|on the longest|for hours|abuse|abusing|abnormal access|비정상 로그인",
    ),
    (Cue(Lasting), "오래|누구|누가|누군|누구누구|장기|장기간|하루 종일|긴|길게|who|whom|longest|long"),
    // Capacity.
    (
        Cue(Capacity),
        "증설|증설해야|증설할|용량|용량 부족|용량 계획|자원 부족|스케일|스케일 아웃|스케일아웃|스케일업|스케일 업|확장|확충|서버 추가|서버를 추가|추가 서버|추가해야|서버 더|몇 대 더|더 사야|더 사|사야|구매|도입|더 넣|더 놓|더 붙|더 있어야|더 두|늘리|늘려|더 늘려|늘려야|늘릴|더 필요|보강|보강해야|모자라|모자란|모자랄|부족|부족한|부족할|부족하|여유|여력|여유분|한계|한계치|임계치|임계값|버티|버틸|버텨|견디|견딜|감당|고갈|포화|꽉 차|꽉차|가득 차|다 차|바닥|터질|\
         capacity|capacity plan|scale|scaling|scale out|scale up|scale-out|scale-up|headroom|run out|run out of|running out|runs out|more servers|more server|additional servers|add servers|expand|expanding|expansion|more capacity|more memory|more resources|exhaust|exhausted|exhaustion|saturate|saturated|saturation|\
         cope|hold up|withstand|upgrade needed|need more|needs more|enough servers|enough capacity|enough|insufficient|short of|sizing|scaled|bigger servers|upgrade|upgraded|upgrading|expanded|증축|용량이 모자|room left|spare",
    ),
    (
        Cue(Ahead),
        "넘을까|넘을까요|도달할까|초과할까|넘어갈까|넘어설까|넘길까|돌파할까|넘을지|넘을|넘을 확률|넘길|넘어갈|넘어설|초과할|도달할|돌파할|찰까|찰지|닿을|확률|가능성|언제쯤|예상|예측|전망|앞으로|향후|이대로|이 추세|지금 추세|이 속도|will|going to|likely|likelihood|probability|forecast|predict|expected|at this rate|chance|chances|when will|about to|gonna|projected|soon",
    ),
    // Report.
    (
        Cue(Report),
        "보고서|보고 자료|보고자료|보고용|리포트|레포트|결과 보고|성능 보고|주간 보고|주간보고|월간 보고|월간보고|일일 보고|일일보고|보고|보고문|문서|브리핑|report|reports|write up|write-up|document|briefing|성능보고서|주보|월보|일보|운영 보고",
    ),
    (
        Cue(Tell),
        "보고해|보고해줘|보고해 줘|보고해 주|보고해주|보고해라|보고해봐|보고하|보고하라|보고하여|보고하여 주|보고드려|보고드릴|보고 드려|보고 드릴",
    ),
    (Format(File::Pdf), "pdf|피디에프|pdf 파일|pdf file"),
    (
        Format(File::Hwpx),
        "hwpx|hwp|한글 파일|한글파일|한글 문서|한글문서|아래한글|한컴|한글로|hwpx 파일|hwp 파일|hangul file|hangul document|한셀",
    ),
    (Format(File::Xlsx), "엑셀|엑셀 파일|xlsx|xls|excel|excel file|스프레드시트|spreadsheet|엑셀로|workbook"),
    (Format(File::Html), "html|웹 문서|html 파일|웹페이지로"),
    // Regions.
    (
        Cue(Region),
        "지역|지역들|시도|광역|지자체|지방|광역시도|시군|자치단체|권역|거점|region|regions|province|provinces|city|cities|area|areas|district|districts|site|sites|location|locations|순위|랭킹|등수|줄세워|줄 세워|정렬|rank|ranking|ranked|rank the|sort|order by",
    ),
    (
        Cue(EachRegion),
        "지역별|시도별|지자체별|지역 별|권역별|지역마다|지역 순위|지역 랭킹|지역별로|by region|per region|each region|by province|per province|each province|region by region|across regions|regional|각 지역|지역순|rank regions|rank the regions|rank provinces|rank all regions",
    ),
    (
        Cue(Where),
        "어디|어디야|어느 지역|어느지역|어느 곳|어느 시도|어느 쪽|어느쪽|어느|어딘|어딨|무슨 지역|where|which region|which regions|which province|which provinces|which city|which area|which area|which part|what region|what province|which site|which one|which ones|곳|데가|where is|where s",
    ),
    (
        Order(First::Highest),
        "높은|높|높았|높던|높게|높아|높이|많은|많|많았|많이|많던|큰|크|최고|최대|최다|최고치|최대치|피크|상위권|심한|심하|심각|최악|나쁜|안 좋은|안좋은|센|내림차순|몰린|몰리|잦은|잦|취약|strongest|highest|most|maximum|max|peak|biggest|largest|greatest|worst|heavy|hottest|greatest number|hardest|longest response",
    ),
    (Idle, "여유로운|한산한|한가한|한가|한산|조용한|널널|널널한|quietest|idlest|lightest|idle|quiet"),
    (
        Order(First::Lowest),
        "낮은|낮|낮았|낮게|적은|적|적었|적게|최저|최소|하위|하위권|작은|제일 안|오름차순|양호|빠른|빠르|lowest|least|fewest|minimum|min|smallest|bottom|fastest|quickest|best",
    ),
    (Most, "가장|제일|젤|최|유독|특히"),
    (Top, "상위|톱|탑|top|베스트|first|워스트|worst|탑텐|가장 느린 순|순서|순으로|순|위까지"),
    (
        Over,
        "이상|넘는|넘은|넘게|넘어|넘|넘었|넘어서|초과|초과한|초과하|웃도는|도달|돌파|이상인|이상 되는|over|above|exceed|exceeds|exceeding|exceeded|at least|beyond|past the|pass|passes|reach|reaches|cross|crosses|hit|이하|미만|under|below|in excess of",
    ),
    (
        Nation,
        "전국|전체|전 지역|전지역|모든 지역|나라 전체|전국적|전사|전체 지역|온 나라|전국 시스템|전체 시스템|전국구|nationwide|nation|national|whole country|entire country|countrywide|all regions|every region|the country|overall|korea|전 시도|total|나라",
    ),
    // Incidents.
    (
        Cue(Incident),
        "장애|사고|인시던트|경보|알람|알림|이벤트|이상 징후|이상징후|이상 탐지|이상탐지|장애건|장애 건수|장애 이력|장애 내역|중단|다운|다운된|뻗|뻗은|뻗었|셧다운|서비스 중단|터진|터졌|이슈|경고|사건|incident|incidents|outage|outages|alert|alerts|alarm|alarms|failure|failures|event|events|anomaly|anomalies|warnings|crash|crashes|downtime|crashed|warning|went down|disruption|disruptions|fault|faults",
    ),
    // Value.
    (
        Cue(HowMuch),
        "얼마|얼마나|얼만|얼마였|몇|몇명|몇 명|몇 건|몇 퍼센트|몇 프로|몇 초|몇 개|수치|값|어느 정도|어느정도|평균|평균값|how many|how much|number of|amount of|what is|what s|what was|what were|how high|how low|how fast|how long|value|values|figure|figures|count|average|mean|tell me|current level|level",
    ),
    (
        Mode(IdentityMode::Ip),
        "ip 기준|ip기준|아이피 기준|아이피로|ip로|ip별|아이피별|주소 기준|by ip|per ip|by address|by ip address|counted by ip|unique ip|unique ips|distinct ip|unique addresses|distinct addresses|ip 수|ip 주소 기준",
    ),
    (
        Mode(IdentityMode::SessionCookie),
        "세션 기준|세션기준|세션 쿠키 기준|세션 쿠키|세션으로|세션 수|세션수|by session|per session|counted by session|by session cookie|session cookie|session count|number of sessions|jsessionid",
    ),
    (
        Mode(IdentityMode::UserCookie),
        "쿠키 기준|사용자 쿠키|사용자 쿠키 기준|쿠키로|쿠키|by cookie|by user cookie|user cookie|counted by cookie|cookie",
    ),
    // Times.
    (
        Time(Now),
        "지금|현재|현재 시각|방금|이 순간|실시간|지금 당장|현 시점|현시점|지금 이 시간|now|right now|currently|current|at the moment|at present|real time|as we speak|just now",
    ),
    (Time(Day(0)), "오늘|금일|당일|today|오늘자|오늘따라"),
    (
        Time(Day(-1)),
        "어제|어저께|전일|전날|작일|하루 전|하루전|yesterday|the day before|previous day|a day ago|one day ago|어제자",
    ),
    (Time(Day(-2)), "그제|그저께|엊그제|엊그저께|이틀 전|day before yesterday|the day before yesterday|two days ago"),
    (Time(Day(-3)), "그끄제|그끄저께"),
    (Time(Day(1)), "내일|명일|익일|tomorrow"),
    (Time(Day(2)), "모레|내일모레|day after tomorrow|the day after tomorrow"),
    (Time(Week(0)), "이번 주|이번주|금주|요번 주|이 주|this week|current week|금주의"),
    (
        Time(Week(-1)),
        "지난주|지난 주|저번 주|저번주|전주|전 주|먼젓주|지난 한 주|직전 주|last week|previous week|the week before|prior week|a week ago|일주일 전|일주일전|1주일 전|한 주 전|one week ago",
    ),
    (Time(Week(-2)), "지지난주|지지난 주|저저번 주|전전주|the week before last|week before last"),
    (Time(Week(1)), "다음 주|다음주|차주|내주|next week|coming week"),
    (Time(Month(0)), "이번 달|이번달|금월|이달|당월|this month|current month"),
    (
        Time(Month(-1)),
        "지난달|지난 달|저번 달|저번달|전월|전달|직전 달|last month|previous month|the month before|a month ago|one month ago|한 달 전|한달 전",
    ),
    (Time(Month(-2)), "지지난달|지지난 달|저저번 달|전전월|month before last|the month before last"),
    (Time(Month(1)), "다음 달|다음달|내달|익월|next month"),
    (Time(Quarter(0)), "이번 분기|이번분기|금분기|당분기|당 분기|현 분기|금 분기|this quarter|current quarter"),
    (Time(Quarter(-1)), "지난 분기|지난분기|전분기|전 분기|저번 분기|직전 분기|last quarter|previous quarter"),
    (Time(Quarter(1)), "다음 분기|다음분기|내분기|차기 분기|next quarter|coming quarter"),
    (Time(Year(0)), "올해|금년|올 해|이번 년도|this year|current year|year to date"),
    (Time(Year(-1)), "작년|지난해|지난 해|전년|last year|previous year"),
    (Time(Year(-2)), "재작년"),
    (Time(Year(1)), "내년|다음 해|next year"),
    (Time(Half(0)), "상반기|first half"),
    (Time(Half(1)), "하반기|second half"),
    (Time(Weekday(0)), "월요일|월욜|monday|mon"),
    (Time(Weekday(1)), "화요일|화욜|tuesday|tue|tues"),
    (Time(Weekday(2)), "수요일|수욜|wednesday|wed"),
    (Time(Weekday(3)), "목요일|목욜|thursday|thu|thurs"),
    (Time(Weekday(4)), "금요일|금욜|friday|fri"),
    (Time(Weekday(5)), "토요일|토욜|saturday"),
    (Time(Weekday(6)), "일요일|일욜|sunday"),
    (Time(Weekend), "주말|weekend"),
    (Time(MonthName(1)), "january|jan"),
    (Time(MonthName(2)), "february|feb"),
    (Time(MonthName(3)), "march|mar"),
    (Time(MonthName(4)), "april|apr"),
    (Time(MonthName(5)), "may"),
    (Time(MonthName(6)), "june|jun"),
    (Time(MonthName(7)), "july|jul"),
    (Time(MonthName(8)), "august|aug"),
    (Time(MonthName(9)), "september|sept|sep"),
    (Time(MonthName(10)), "october|oct"),
    (Time(MonthName(11)), "november|nov"),
    (Time(MonthName(12)), "december|dec"),
    (Time(Part(0, 6)), "새벽|오늘 새벽|새벽녘|early morning|early this morning|early in the morning|small hours|dawn"),
    (Time(Part(6, 9)), "아침"),
    (Time(Part(6, 12)), "morning|this morning"),
    (Time(Part(8, 10)), "출근 시간|출근시간|출근길|출근 시간대|출근시간대|morning rush|rush hour"),
    (
        Time(Part(9, 18)),
        "업무 시간|업무시간|근무 시간|근무시간|일과 시간|일과시간|업무 시간대|낮 시간|낮시간|낮|주간 시간|낮 동안|office hours|business hours|working hours|work hours|daytime",
    ),
    (
        Time(Part(12, 13)),
        "점심|점심시간|점심 시간|점심 시간대|점심때|점심 때|lunch|lunchtime|lunch time|lunch hour|at lunch|lunch break",
    ),
    (Time(Part(12, 18)), "afternoon|this afternoon"),
    (Time(Part(18, 20)), "퇴근 시간|퇴근시간|퇴근길|퇴근 시간대|evening rush"),
    (Time(Part(18, 21)), "저녁|저녁때|evening|this evening"),
    (Time(Part(21, 24)), "밤|밤중|한밤|tonight|night|at night"),
    (Time(Part(0, 5)), "심야|심야 시간|심야시간|late night"),
    (Time(Half12(false)), "오전|am|a m|a.m|in the morning|오전 중"),
    (Time(Half12(true)), "오후|pm|p m|p.m|in the afternoon|오후 중"),
    (Time(Clock(12)), "정오|한낮|noon|midday"),
    (Time(Clock(0)), "자정|midnight"),
    (Time(Overnight), "어젯밤|간밤|지난밤|지난 밤|밤사이|밤새|어제 밤사이|밤 사이|엊저녁|last night|overnight"),
    (
        Time(SameHour),
        "이 시간|이시간|같은 시간|같은시간|같은 시간대|같은시간대|동시간|동시간대|동일 시간|동일 시간대|이 시간대|이맘때|이 시각|같은 시각|같은 때|동일 시각|지금 시간|지금 시각|지금 시간대|요맘때|이 무렵|현재 시간대|같은 시점|\
         this time|same time|the same time|at this time|this hour|same hour|the same hour|at the same time|same time of day|at this hour|same point",
    ),
    (
        Time(SameWeekday),
        "같은 요일|같은요일|동일 요일|동일요일|이 요일|동요일|same day|same weekday|the same weekday|the same day|same day of the week|the same day of the week",
    ),
    (Time(SamePeriod), "같은 기간|동기간|동기|같은기간|동일 기간|same period|the same period"),
    (Time(Recent), "최근|지난|과거|직전|저번|요|recent|last|past|previous|latest|preceding|recently|최근에|최근의"),
    (Time(Ago), "전|전에|전의|이전|ago|earlier|back|before"),
    (Time(Hence), "뒤|후|뒤에|후에|이후|이따|later|from now|hence"),
    (
        Time(Within),
        "안에|이내|이내에|내에|안으로|내로|내|within|in the next|over the next|next|the next|during the next|for the next|in the coming|coming",
    ),
    (Time(During), "동안|간|내내|사이|사이에|동안에|동안의|치|during|throughout|for"),
    (Time(From), "부터|이래|에서부터|부터의"),
    (Time(Since), "since|starting|starting from|ever since"),
    (Time(Between), "from|between"),
    (Time(To), "까지|까지의|까지는|until|till|through|up to|by the end of"),
    (Time(Dash), "-|~|to"),
    (Time(NthWeek(1)), "첫째 주|첫째주|첫 주|첫주|1주차|일주차|first week|1st week|첫 번째 주|첫번째 주"),
    (Time(NthWeek(2)), "둘째 주|둘째주|2주차|이주차|second week|2nd week|두 번째 주|두번째 주"),
    (Time(NthWeek(3)), "셋째 주|셋째주|3주차|삼주차|third week|3rd week|세 번째 주|세번째 주"),
    (Time(NthWeek(4)), "넷째 주|넷째주|4주차|사주차|fourth week|4th week|네 번째 주|네번째 주"),
    (Time(NthWeek(5)), "다섯째 주|다섯째주|5주차|오주차|fifth week|5th week|다섯 번째 주"),
    (Time(NthWeek(0)), "마지막 주|마지막주|말 주|final week"),
    (Time(Holiday("Seollal")), "설날|설|구정|설 연휴|설연휴|seollal|lunar new year"),
    (Time(Holiday("Chuseok")), "추석|한가위|추석 연휴|추석연휴|chuseok"),
    (Time(Holiday("New")), "신정|새해 첫날|new year s day|new year"),
    (Time(Holiday("Independence")), "삼일절|3·1절|3.1절|independence movement day"),
    (Time(Holiday("Children")), "어린이날|children s day"),
    (Time(Holiday("Buddha")), "부처님오신날|석가탄신일|buddha s birthday"),
    (Time(Holiday("Memorial")), "현충일|memorial day"),
    (Time(Holiday("Constitution")), "제헌절|constitution day"),
    (Time(Holiday("Liberation")), "광복절|liberation day"),
    (Time(Holiday("National F")), "개천절|national foundation day"),
    (Time(Holiday("Hangul")), "한글날|hangul day"),
    (Time(Holiday("Christmas")), "성탄절|크리스마스|christmas|christmas day"),
    (Time(Holiday("Labour")), "노동절|근로자의 날|labour day|labor day"),
    (Time(One(Unit::Minute)), "minute"),
    (Time(One(Unit::Hour)), "hour"),
    (Time(One(Unit::Day)), "day"),
    (Time(One(Unit::Week)), "week"),
    (Time(One(Unit::Month)), "month"),
    (Time(One(Unit::Quarter)), "quarter"),
    (Time(One(Unit::Year)), "year"),
    // Joins and openings.
    (With, "와|과|랑|이랑|하고|및|그리고|and|with|와의|과의|또|or|또는|이나"),
    (
        Further,
        "그럼|그러면|그렇다면|그러니까|그렇구나|그럼 혹시|거기|그건|그거|그 지역|그것|그때|그 시간|다시|이번엔|이번에는|대신|바꿔|바꿔서|말고|and what about|what about|how about|then|and how about|and for|instead|same for|now for|and why|there|it|those",
    ),
    (
        Anchor,
        "시스템|시스탬|서버|서비스|사이트|홈페이지|포털|포탈|전산|인프라|플랫폼|웹사이트|누리집|망|네트워크|민원 시스템|민원시스템|민원|대국민|대국민 서비스|행정|업무 시스템|정보시스템|통합|자원|리소스|장비|노드|was|와스|웹서버|디비|데이터베이스|데이터|성능|운영|통계|지표|콘솔|봉화|\
         system|systems|server|servers|service|services|website|portal|infrastructure|platform|backend|application|app|performance|network|database|console|bonghwa|resource|resources|everything|things|metrics|metric|data|operational|capacity planning",
    ),
];

/// Words that make a question none of ours.
pub(super) const VETOES: &[(Why_, &str)] = &[
    (
        Why_::Action,
        "재시작|재부팅|리부팅|재기동|리스타트|꺼줘|꺼라|꺼 줘|켜줘|켜 줘|중지해|중지시켜|멈춰|정지시켜|종료해|종료시켜|강제 종료|강제종료|삭제|지워|지우|차단해|차단시켜|막아|막아줘|쫓아|내보내|로그아웃시켜|로그아웃 시켜|증설해줘|증설해 줘|증설해라|늘려줘|늘려 줘|추가해줘|추가해 줘|배포해줘|배포해 줘|배포해라|배포해|롤백|되돌려|변경해|바꿔 놔|수정해|설정해|설치해|업데이트해|패치해|초기화|실행해|실행시켜|고쳐|고쳐줘|복구해|백업해|보내줘|보내 줘|보내라|전송해|전화해|전화 걸|문자 보내|메일 보내|이메일 보내|공지해|공지 올려|결제해|승인해|예약해|신청해|등록해|비활성화|활성화|스케일해|띄워줘|띄워 줘|올려줘|죽여|날려|옮겨|이관해|돌려줘|돌려 줘|돌려놔|우회|전환해|분배해|분산시켜|낮춰줘|낮춰 줘|줄여줘|줄여 줘|해제해|풀어줘|꺼버려|껐다|켜라|잠가|잠궈|계정 만들|\
         restart|reboot|shut down|shutdown|turn off|turn on|stop the|stop all|kill|terminate|delete|remove|block|ban|unblock|kick|log out everyone|roll back|rollback|revert|deploy the|deploy now|deploy it|deploy version|add two servers|add a server|add three servers|scale up the|scale it|scale down|install|uninstall|reset|wipe|fix it|fix the|repair|restore|back up|backup|send|email|e-mail|notify|call the|page the|approve|change the|set the|set an|set a|update the|modify|disable|enable|truncate|execute|run the|flush|clear the|migrate|move traffic|reroute|buy|create a user|create an account|grant|revoke|please fix|transfer",
    ),
    (
        Why_::Personal,
        "주민번호|주민등록번호|전화번호|휴대폰 번호|핸드폰 번호|연락처|집 주소|집주소|이메일 주소|메일 주소|비밀번호|패스워드|암호|계좌|계좌번호|카드번호|신용카드|여권번호|면허번호|실명|신상|개인정보|생년월일|나이|성별|이름|누구인지|성함|얼굴|위치 추적|집 위치|사는 곳|월급|연봉|급여|김대리|홍길동|\
         phone number|phone numbers|home address|home addresses|email address|email addresses|password|passwords|credit card|card number|bank account|social security|resident number|passport number|personal data|personal information|real name|real names|full name|date of birth|birthday of|salary|salaries|who is the user|who is behind|his name|her name|credentials|api key|secret|secrets|token|tokens|age of|gender|identity of",
    ),
    (
        Why_::Subject,
        "날씨|기온|비 와|비 올|비가 와|비 오|눈 와|눈이 와|우산|미세먼지|태풍|지진|농담|재밌는|웃긴|유머|노래|음악|가수|영화|드라마|소설|시 써|시를 써|동화|그림|사진|번역|영어로|일본어|중국어|점심 뭐|점심 메뉴|저녁 메뉴|메뉴 추천|맛집|식당|음식|요리|레시피|커피|치킨|라면|김치|주식|주가|코스피|코스닥|환율|비트코인|코인|금리|부동산|집값|아파트|복권|로또|축구|야구|올림픽|월드컵|선수|경기 결과|스포츠|대통령|선거|정치|국회|정당|뉴스|전쟁|역사|세종대왕|임진왜란|수도가|수도는|인구가|인구는|인구수|면적|관광지|관광|여행|호텔|숙소|항공권|비행기|기차|지하철|버스|교통|길 막|고속도로|병원|의사|감기|코로나|건강검진|다이어트|운동|사랑|결혼|연애|소개팅|심심|외로|우울|고민|운세|별자리|꿈|철학|인생|의미|너는 누구|넌 누구|네 이름|너 이름|누가 만들|몇 살|너 몇|파이썬|자바스크립트|코드 짜|코드를 짜|코딩|알고리즘|정규식|수학|방정식|미분|적분|더하기|곱하기|제곱근|원주율|숙제|논문|시험|면접|이력서|자기소개서|고양이|강아지|동물|식물|공룡|우주|달까지|지구|태양|화성|생일|선물|쇼핑|옷|신발|게임|유튜브|인스타|넷플릭스|카카오톡|휴가|연차|휴가 며칠|회식|출장|회의|회의실|일정|스케줄|주차|법률|소송|세금|연말정산|보험|연금|대출|냉장고|세탁기|에어컨|자동차|환경|요즘 유행|오늘 뭐 먹|뭐 먹지|뭐 입|\
         weather|rain|raining|snow|temperature outside|sunny|umbrella|forecast for the weather|joke|jokes|funny|poem|poetry|song|songs|music|movie|movies|film|novel|story|translate|translation|recipe|cook|cooking|restaurant|restaurants|food|lunch menu|dinner|coffee|pizza|stock|stocks|stock price|stock market|bitcoin|crypto|exchange rate|dollar|euro|interest rate|lottery|football|soccer|baseball|olympics|world cup|match result|president|prime minister|election|politics|parliament|news|war|history of|capital of|population of|population|tourist|travel|hotel|flight|flights|train|subway|bus|hospital|doctor|medicine|marry|marriage|girlfriend|boyfriend|bored|lonely|horoscope|meaning of life|your name|who are you|how old|python|javascript|code|coding|algorithm|regex|math|equation|integral|derivative|square root|homework|essay|exam|interview|resume|cat|cats|dog|dogs|animal|dinosaur|planet|moon|mars|birthday|gift|shopping|game|games|youtube|netflix|instagram|vacation|holiday plan|meeting|meetings|schedule|parking|lawyer|tax|taxes|insurance|pension|loan|car|cars|fashion|shakespeare|einstein|chatgpt|gpt|sing|paint|draw",
    ),
    (
        Why_::NotMeasured,
        "매출|수익|예산|비용|요금|전기세|전기요금|전력|전력량|온도|습도|디스크|디스크 사용률|디스크 용량|저장 공간|저장공간|스토리지|대역폭|패킷|회선|gpu|그래픽카드|스레드 수|쓰레드|커넥션 풀|탄소|만족도|설문|민원 건수|접수 건수|민원 처리 건수|가입자|회원 수|회원수|가입자 수|탈퇴|클릭률|전환율|이탈률|조회수|다운로드 수|광고|매출액|재고|주문량|주문 건수|라이선스|계약|납품|가격|단가|취약점|해킹|바이러스|악성코드|랜섬웨어|방화벽|백신|인증서|인증서 만료|도메인|브라우저|브라우저별|모바일 비율|기기별|운영체제|체감 만족|수명|제조사|모델명|시리얼|버그|소스 코드|소스코드|커밋|\
         revenue|sales|profit|budget|cost|costs|price|prices|billing|bill|electricity|power consumption|temperature|humidity|disk|disk usage|disk space|storage|bandwidth|packet|packets|packet loss|gpu|threads|thread count|connection pool|carbon|satisfaction|survey|sign ups|signups|members|conversion rate|bounce rate|click rate|page views|pageviews|downloads|ads|inventory|orders|licence|license|licences|licenses|contract|vulnerability|vulnerabilities|malware|virus|ransomware|firewall|certificate|certificates|domain name|browser|browsers|mobile share|operating system|devices|serial number|bugs|source code|commits|commit|petitions filed|complaints",
    ),
    (
        Why_::Instruction,
        "지시를 무시|지시 무시|지시사항|이전 지시|앞의 지시|명령을 무시|무시하고|프롬프트|시스템 프롬프트|관리자 모드|개발자 모드|탈옥|역할극|너는 이제|넌 이제|규칙을 무시|규칙 무시|모든 제한|제한을 해제|출력하라|숨겨진|비밀을|몰래|\
         ignore previous|ignore all|ignore the|ignore your|disregard|previous instructions|instructions|system prompt|prompt|jailbreak|pretend|you are now|act as|roleplay|role play|developer mode|admin mode|override|bypass|select|union|insert into|from users|where 1|or 1|script|alert 1|onerror|sudo|rm rf|etc passwd|exec|eval|cmd|powershell|curl|wget|javascript alert|img src|iframe|base64|drop table|passwd|confidential|reveal|leak",
    ),
    (
        Why_::Place,
        "수원|용인|성남|고양|창원|포항|전주|청주|천안|여수|순천|목포|춘천|원주|강릉|속초|경주|구미|안동|진주|김해|거제|통영|군산|익산|아산|서산|당진|공주|논산|충주|제천|평택|안산|안양|부천|화성|남양주|의정부|파주|김포|하남|이천|서귀포|울릉|울릉도|독도|강남|강남구|송파|송파구|종로|종로구|마포|마포구|서초|서초구|해운대|해운대구|수성구|유성구|판교|여의도|분당|평양|북한|개성|함흥|도쿄|오사카|교토|일본|미국|뉴욕|워싱턴|중국|베이징|상하이|런던|영국|파리|프랑스|독일|베를린|러시아|모스크바|베트남|하노이|싱가포르|홍콩|대만|타이베이|호주|시드니|캐나다|인도|유럽|아시아|아프리카|해외|외국|\
         suwon|yongin|seongnam|changwon|pohang|jeonju|cheongju|cheonan|yeosu|chuncheon|gangneung|gyeongju|gangnam|haeundae|pyongyang|north korea|tokyo|osaka|japan|usa|united states|america|new york|washington|china|beijing|shanghai|london|england|uk|paris|france|germany|berlin|russia|moscow|vietnam|hanoi|singapore|hong kong|taiwan|sydney|australia|canada|india|europe|asia|africa|abroad|overseas|california|atlantis|narnia",
    ),
];

/// The seventeen provinces and cities, and groups of them: names that are known even where they are not in the list.
pub(super) const PROVINCES: &str = "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주|서울시|부산시|대구시|인천시|광주시|대전시|울산시|세종시|경기도|강원도|\
    충청북도|충청남도|전라북도|전라남도|경상북도|경상남도|제주도|seoul|busan|daegu|incheon|gwangju|daejeon|ulsan|sejong|gyeonggi|gangwon|chungbuk|chungnam|jeonbuk|jeonnam|gyeongbuk|gyeongnam|jeju";

/// Words that say nothing here: requests, politeness, hesitation, articles.
pub(super) const FILLERS: &str = "\
    안|못|말고|경우|반대로|거꾸로|올릴|모든 것|이용|과장님|국장님|팀장님|계장님|부장님|사장님|주무관님|님께|드릴|께|팀장|과장|국장|부장|담당자|직원|상사|대리|요즘|오늘내|알려|알려줘|알려주|알려달|알려 줄|보여|보여줘|보여주|보이|말해|말씀|가르쳐|뽑아|뽑|찾아|찾|정리|정리해|확인|확인해|조회|조회해|분석|분석해|설명|설명해|요약|요약해|출력|나열|열거|표시|검토|체크|점검|살펴|봐|봐줘|봐봐|보자|보고 싶|보고싶|볼|볼게|보면|알고 싶|알고싶|알 수|알고|궁금|궁금해|궁금한|작성|작성해|써줘|써 줘|만들|만들어|생성|제출|초안|구해|목록|리스트|명단|내역|이력|순서대로|결과|정보|자료|내용|사항|건수|수는|전부|모두|모든|다|싹|죄다|각각|각|좀|조금|제발|혹시|아|어|음|저기|야|저|저희|우리|우리나라|내가|나한테|제가|저한테|안녕|안녕하세요|실례|부탁|부탁해|부탁드|드려|드립|드리|감사|감사하|고맙|고마|수고|빨리|얼른|바로|당장|간단히|자세히|상세히|간략히|한번|한 번|한눈에|진짜|정말|너무|아주|매우|무척|되게|꽤|엄청|많이|훨씬|갑자기|계속|자꾸|도대체|대체|하도|이렇게|그렇게|저렇게|어떤|무슨|무엇|무엇인|뭐|뭐야|뭔가|뭔|뭘|뭐가|뭐니|뭐지|머|이런|그런|저런|이|그|것|거|게|걸|건|중|중에|중에서|가운데|기준|기준으로|대해|대한|대해서|관한|관해|관련|관련된|관련해|따라|따른|위해|위한|통해|인해|함께|같이|같은|동일|동일한|대로|정도|쯤|약|대략|만|만큼|뿐|별|별로|제외|포함|포함해|해당|발생|발생한|발생했|생긴|생겼|나타난|있|있어|있나|있는|있었|있을|없|없어|없나|없는|없었|되|된|돼|됐|될|되나|되는|되어|하|한|하는|할|했|해|해줘|해주|해야|해서|하게|하면|하기|하지|필요|필요한|필요해|필요하|필요할|고려|고려해|고려할|고려하|따지|따져|생각|판단|놈|녀석|분|쪽|편|새|새로|처음|나가|나간|난|났|나고|나서|나온|나왔|걸려|걸리|걸린|걸렸|잡아|잡힌|맞|맞아|맞지|줘|주|주세요|줄래|줄래요|주실|주시|주십시오|주라|달라|다오|바람|바랍|싶|하자|본|보|볼까|그래|이래|저래|이러|그러|터져|터졌지|이거|저거|요거|현|시각|시점|시간대|시간|때|날|날짜|기간|아직|이미|벌써|방금 전|평소|평상시|보통|유지|담당|나머지|기타|등|등등|및|또한|그리고는|단|그냥|일단|우선|먼저|다음|아래|위|대상|종류|항목|부분|문의|질문|답|답변|답해|대답|말|말인데|말이|쓰|쓰고|쓸|쓴|쓰는|시작|끝|돌리|돌아가|돌려|남았|남은|남아|찍|찍었|찍혀|찍히|집계|나열해|얼굴|들|들어|들어와서|대시보드|추천|예요|에요|이지|일까|인지|걸까|건가|건지|거야|거죠|거지|거니|것 같|같아|같은데|듯|듯해|모양|모양이|그거|하네|하네요|네|네요|군|군요|구나|걸요|어휴|아이고|헐|와우|오|자|응|예|넵|님|씨|\
    after|upon|when|while|that|more|less|longer|fewer|only|all day|open|opened|active|seem|seems|seemed|looks|look like|feel|feels|boss|manager|director|the|a|an|of|in|on|at|for the|is|are|was|were|be|been|being|am|do|does|did|doing|done|has|have|had|can|could|would|should|shall|might|must|please|pls|plz|show|show me|give|give me|get|get me|tell|list|display|see|view|find|find me|let|me|i|we|us|our|my|you|your|want|need|needs|needed|like|know|look|look at|looking|check|need to know|i d|d|s|t|re|ve|ll|m|there is|there are|any|some|all|each|every|what|which|how|so|much|many|very|really|too|just|also|again|with respect|regarding|about|concerning|into|as|if|whether|but|not|no|yes|hey|hi|hello|ok so|kindly|thanks|thank you|quick|quickly|briefly|summary|summarise|summarize|overview|details|detail|make|made|create|generate|prepare|draft|write|produce|file|as a|in a|format|this|these|its|their|them|they|he|she|out|off|by|per|among|across|within the|got|became|become|becoming|getting|get so|gets|go|goes|going|went|come|came|take|takes|taking|took|keep|keeps|kept|hundreds of times|times|hundreds|dozens|a lot|lots|lot|few|several|other|others|same|new|old|big|high|highly|low|bad|good|suddenly|unusually|unusual|usual|usually|normally|so far|till now|up till now|far|yet|still|already|always|ever|today s|particular|specific|certain|one|ones|thing|something|anything|happen|happened|happening|seen|shown|occur|occurred|occurring|list of|set|right|morning s|use|used|using|request for|want to|would like|able|possible|say|mean|part|parts|number|numbers|rate|rates|time|times of|moment|state|given|considering|in view of|based on|terms|according to|respect|most recent|amid|among all|their own|of all|perform|performing|performed|run|running|runs|experience|experiencing|experienced|see if|had the|has the|have the|having|been on|been the|on average|end|start|started|beginning|here|there s|hasn t|didn t|isn t|don t|aren t|wasn t|never|it s|its own|own|because|due|due to";

/// Particles and endings; they follow each other freely.
pub(super) const ENDINGS: &str = "은|는|이|가|을|를|의|에|에서|에게|로|으로|도|만|께서|한테|마다|밖에|처럼|라도|든지|요|야|이야|인가|인가요|인지|인데|인데요|입니까|입니다|이에요|예요|에요|이죠|죠|지|지요|니|냐|나|나요|나여|까|까요|을까|을까요|어|어요|아|아요|여|여요|고|고요|게|던|던가|는지|은지|는가|은가|는가요|은가요|었|았|였|했|었어|았어|였어|했어|었나|았나|였나|했나|었나요|았나요|였나요|했나요|었지|았지|였지|했지|었는지|았는지|했는지|었던|았던|였던|했던|습니까|습니다|ㅂ니다|십시오|세요|셔요|시오|시겠|시겠습니까|시겠어요|시면|시기|실|실래|실래요|겠|겠어|겠어요|겠습니까|겠습니다|줘|줘요|주세요|줄래|줄래요|줄|주라|주십시오|주시|죠라|줘봐|주실|주겠|봐|봐라|봐요|보자|봐줘|본|볼래|해|해줘|해줘요|해주세요|해줄래|해줄래요|해주라|해죠|해쥬|해봐|해라|하라|하자|하나|하나요|하지|하죠|하니|하는|하는지|하는가|하는데|한|한지|한가|한가요|한데|할|할까|할까요|할지|할래|할래요|했는데|했던가|하면|하게|하기|하고서|합니까|합니다|하세요|해야|해서|해도|해요|되|되나|되나요|돼|돼요|됐|된|된거|될|됩니까|됩니다|되는|되는지|되었|되어|된다|진|졌|져|지고|지는|지면|네|네요|데|데요|다|라|란|라고|라는|려고|려면|면|며|면서|서|수|수록|ㄴ|ㄹ|거|거야|거죠|건|건가|건가요|걸|것|것은|것이|것을|게요|구|군|구만|길|길래|긴|음|임|들|들은|들이|들을|들의|쯤|경|치|별|별로|순|상|적|적인|적으로|중|중에|중에서|당|씩|째|형|용|자|님|분|분들|도록|도대체|라면|라니|래|래요|랍니다|인|일|일까|일까요|였을|이었|이었나|이었나요|이었지|이었어|이나|나마|조차|까진|에는|에선|에서는|에서의|에도|에만|로는|으로는|로도|에게서|로서|로써|부터는|까지만|보고|드려요|드립니다|드려|드릴|드리|바랍니다|바라|바람|싶어|싶어요|싶은|싶은데|싶습니다|싶다|있어|있나|있나요|있는|있는지|있니|있을|있을까|있었|있습니까|있음|있어요|없어|없나|없나요|없는|없는지|없니|없을|없었|없습니까|없음|없어요|을지|일지|여부|됐어|됐나|됐나요|됐지|된지|되었나|오|온|와|간|갔|가고|감|간다|나가|나온|나|난|났|났어|났나|났나요|났지|났는지|났던";
