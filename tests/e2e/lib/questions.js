// The seven questions and the two beside them: in Korean, in English, their kind, and what their answer holds.

export const NINE = [
  ["어제 같은 시간대 동시접속자와 시스템 사용률 비교해줘", "Compare concurrent users and system load with the same time yesterday", "compare", "compared"],
  ["지난 주 같은 요일 동시접속자와 시스템 사용률 비교해줘", "Compare concurrent users and system load with the same weekday last week", "compare", "compared"],
  ["오늘은 시스템이 왜 이래?", "What is wrong with the system today?", "diagnose", "diagnosed"],
  ["장시간 접속 사용자 목록을 보여줘", "Show the users with long sessions", "sessions", "sessions"],
  ["서버 부하율 대비 증설이 필요한가?", "Do we need more servers, given the system load?", "capacity", "needed"],
  ["이번 주 성능 보고서를 작성해줘", "Write this week's performance report", "report", "reported"],
  ["전국 시스템 중 가장 부하가 높은 지역은?", "Which region has the highest system load?", "rank_regions", "ranked"],
  ["이번 배포 후 느려진 API Top 5를 알려줘", "Which 5 APIs became slower after the latest deployment?", "slow_endpoints", "endpoints"],
  ["이번 분기 증설이 필요한 시스템을 정리해줘", "Which systems need more capacity this quarter?", "capacity", "needed"],
];
