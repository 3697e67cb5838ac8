/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's counter files are read by the names of their columns, and never half. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "netns.h"
#include "snmp.h"

/* The layout of Linux 6.18; each column has a number of its own. */
/* clang-format off */
static const char snmp[] =
	"Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits\n"
	"Ip: 1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012 1013 1014 1015 1016 1017 1018 1019 1020\n"
	"IcmpMsg: InType3\n"
	"IcmpMsg: 1021\n"
	"Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
	"Tcp: 1022 1023 1024 -1 1026 1027 1028 1029 1030 1031 1032 1033 1034 1035 1036\n"
	"Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors\n"
	"Udp: 1037 1038 1039 1040 1041 1042 1043 1044 1045\n"
	"UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors\n"
	"UdpLite: 1046 1047 1048 1049 1050 1051 1052 1053 1054\n";

static const char netstat[] =
	"TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled RcvPruned OfoPruned OutOfWindowIcmps LockDroppedIcmps ArpFilter TW TWRecycled TWKilled PAWSActive PAWSEstab BeyondWindow TSEcrRejected PAWSOldAck PAWSTimewait DelayedACKs DelayedACKLocked DelayedACKLost ListenOverflows ListenDrops TCPHPHits TCPPureAcks TCPHPAcks TCPRenoRecovery TCPSackRecovery TCPSACKReneging TCPSACKReorder TCPRenoReorder TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo TCPLostRetransmit TCPRenoFailures TCPSackFailures TCPLossFailures TCPFastRetrans TCPSlowStartRetrans TCPTimeouts TCPLossProbes TCPLossProbeRecovery TCPRenoRecoveryFail TCPSackRecoveryFail TCPRcvCollapsed TCPBacklogCoalesce TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv TCPAbortOnData TCPAbortOnClose TCPAbortOnMemory TCPAbortOnTimeout TCPAbortOnLinger TCPAbortFailed TCPMemoryPressures TCPMemoryPressuresChrono TCPSACKDiscard TCPDSACKIgnoredOld TCPDSACKIgnoredNoUndo TCPSpuriousRTOs TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure TCPSackShifted TCPSackMerged TCPSackShiftFallback TCPBacklogDrop PFMemallocDrop TCPMinTTLDrop TCPDeferAcceptDrop IPReversePathFilter TCPTimeWaitOverflow TCPReqQFullDoCookies TCPReqQFullDrop TCPRetransFail TCPRcvCoalesce TCPOFOQueue TCPOFODrop TCPOFOMerge TCPChallengeACK TCPSYNChallenge TCPFastOpenActive TCPFastOpenActiveFail TCPFastOpenPassive TCPFastOpenPassiveFail TCPFastOpenListenOverflow TCPFastOpenCookieReqd TCPFastOpenBlackhole TCPSpuriousRtxHostQueues BusyPollRxPackets TCPAutoCorking TCPFromZeroWindowAdv TCPToZeroWindowAdv TCPWantZeroWindowAdv TCPSynRetrans TCPOrigDataSent TCPHystartTrainDetect TCPHystartTrainCwnd TCPHystartDelayDetect TCPHystartDelayCwnd TCPACKSkippedSynRecv TCPACKSkippedPAWS TCPACKSkippedSeq TCPACKSkippedFinWait2 TCPACKSkippedTimeWait TCPACKSkippedChallenge TCPWinProbe TCPKeepAlive TCPMTUPFail TCPMTUPSuccess TCPDelivered TCPDeliveredCE TCPAckCompressed TCPZeroWindowDrop TCPRcvQDrop TCPWqueueTooBig TCPFastOpenPassiveAltKey TcpTimeoutRehash TcpDuplicateDataRehash TCPDSACKRecvSegs TCPDSACKIgnoredDubious TCPMigrateReqSuccess TCPMigrateReqFailure TCPPLBRehash TCPAORequired TCPAOBad TCPAOKeyNotFound TCPAOGood TCPAODroppedIcmps\n"
	"TcpExt: 1055 1056 1057 1058 1059 1060 1061 1062 1063 1064 1065 1066 1067 1068 1069 1070 1071 1072 1073 1074 1075 1076 1077 1078 1079 1080 1081 1082 1083 1084 1085 1086 1087 1088 1089 1090 1091 1092 1093 1094 1095 1096 1097 1098 1099 1100 1101 1102 1103 1104 1105 1106 1107 1108 1109 1110 1111 1112 1113 1114 1115 1116 1117 1118 1119 1120 1121 1122 1123 1124 1125 1126 1127 1128 1129 1130 1131 1132 1133 1134 1135 1136 1137 1138 1139 1140 1141 1142 1143 1144 1145 1146 1147 1148 1149 1150 1151 1152 1153 1154 1155 1156 1157 1158 1159 1160 1161 1162 1163 1164 1165 1166 1167 1168 1169 1170 1171 1172 1173 1174 1175 1176 1177 1178 1179 1180 1181 1182 1183 1184 1185 1186 1187 1188 1189\n"
	"IpExt: InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets OutOctets InMcastOctets OutMcastOctets InBcastOctets OutBcastOctets InCsumErrors InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts ReasmOverlaps\n"
	"IpExt: 1190 1191 1192 1193 1194 1195 1196 1197 1198 1199 1200 1201 1202 1203 1204 1205 1206 1207\n";

static const char snmp6[] =
	"Ip6InReceives                   \t1208\n"
	"Ip6OutNoRoutes                  \t1209\n"
	"Udp6InDatagrams                 \t1210\n"
	"Udp6NoPorts                     \t1211\n"
	"Udp6InErrors                    \t1212\n"
	"Udp6OutDatagrams                \t1213\n"
	"Udp6RcvbufErrors                \t1214\n"
	"Udp6SndbufErrors                \t1215\n"
	"Udp6InCsumErrors                \t1216\n"
	"Udp6IgnoredMulti                \t1217\n"
	"Udp6MemErrors                   \t1218\n"
	"UdpLite6InDatagrams             \t1219\n"
	"UdpLite6NoPorts                 \t1220\n"
	"UdpLite6InErrors                \t1221\n"
	"UdpLite6OutDatagrams            \t1222\n"
	"UdpLite6RcvbufErrors            \t1223\n"
	"UdpLite6SndbufErrors            \t1224\n"
	"UdpLite6InCsumErrors            \t1225\n"
	"UdpLite6MemErrors               \t1226\n";

/* Other columns, another order, words that begin like ours. */
static const char older[] =
	"Tcp: RtoAlgorithm MaxConn RetransSegs OutSegs InSegs AttemptFails PassiveOpens ActiveOpens\n"
	"Tcp: 1 -1 11 12 13 14 15 16\n"
	"UdpLite: InDatagrams NoPorts\n"
	"UdpLite: 91 92\n"
	"Udp: OutDatagrams InDatagrams NoPortsEver InErrorsOnly RcvbufErrors\n"
	"Udp: 21 22 93 94 23\n"
	"TcpExt: TCPSynRetransX ListenDrops\n"
	"TcpExt: 95 31\n";
/* clang-format on */

struct expectation {
	enum snmp_counter counter;
	uint64_t common, v6;
};

/* What has no row here is 0. */
static void assert_values(const struct snmp_values *values, const struct expectation *expected, size_t count)
{
	struct snmp_values wanted = {};

	for (size_t i = 0; i < count; i++) {
		wanted.count[0][expected[i].counter] = expected[i].common;
		wanted.count[1][expected[i].counter] = expected[i].v6;
	}
	for (int i = 0; i < SNMP_COUNT; i++) {
		assert_int_equal(values->count[0][i], wanted.count[0][i]);
		assert_int_equal(values->count[1][i], wanted.count[1][i]);
	}
}

/* clang-format off */
static const struct expectation all[] = {
	{SNMP_tcp_in_segs, 1031, 0},
	{SNMP_tcp_out_segs, 1032, 0},
	{SNMP_tcp_retrans_segs, 1033, 0},
	{SNMP_tcp_active_opens, 1026, 0},
	{SNMP_tcp_passive_opens, 1027, 0},
	{SNMP_tcp_attempt_fails, 1028, 0},
	{SNMP_tcp_out_rsts, 1035, 0},
	{SNMP_tcp_listen_overflows, 1077, 0},
	{SNMP_tcp_listen_drops, 1078, 0},
	{SNMP_tcp_syn_retrans, 1155, 0},
	{SNMP_udp_in_datagrams, 1037, 1210},
	{SNMP_udp_out_datagrams, 1040, 1213},
	{SNMP_udp_no_ports, 1038, 1211},
	{SNMP_udp_in_errors, 1039, 1212},
	{SNMP_udp_rcvbuf_errors, 1041, 1214},
	{SNMP_udp_sndbuf_errors, 1042, 1215},
	{SNMP_udp_mem_errors, 1045, 1218},
};
/* clang-format on */

static void reads_this_kernels_layout(void **state)
{
	struct snmp_values values = {};

	(void)state;
	assert_int_equal(sizeof(all) / sizeof(*all), SNMP_COUNT);
	snmp_parse(&values, snmp, strlen(snmp));
	snmp_parse(&values, netstat, strlen(netstat));
	snmp_parse(&values, snmp6, strlen(snmp6));
	assert_values(&values, all, SNMP_COUNT);
}

static void reads_another_layout(void **state)
{
	static const struct expectation expected[] = {
		{SNMP_tcp_retrans_segs, 11, 0},	 {SNMP_tcp_out_segs, 12, 0},	  {SNMP_tcp_in_segs, 13, 0},
		{SNMP_tcp_attempt_fails, 14, 0}, {SNMP_tcp_passive_opens, 15, 0}, {SNMP_tcp_active_opens, 16, 0},
		{SNMP_udp_out_datagrams, 21, 0}, {SNMP_udp_in_datagrams, 22, 0},  {SNMP_udp_rcvbuf_errors, 23, 0},
		{SNMP_tcp_listen_drops, 31, 0},
	};
	struct snmp_values values = {};

	(void)state;
	snmp_parse(&values, older, strlen(older));
	assert_values(&values, expected, sizeof(expected) / sizeof(*expected));
}

/* Wherever the text ends, a counter has its old value or its new one, never a part of it. */
static void cut_text_never_gives_a_part_of_a_number(void **state)
{
	static const char *const texts[] = {snmp, netstat, snmp6};

	(void)state;
	for (size_t t = 0; t < sizeof(texts) / sizeof(*texts); t++) {
		struct snmp_values whole = {};

		snmp_parse(&whole, texts[t], strlen(texts[t]));
		for (size_t length = 0; length < strlen(texts[t]); length++) {
			struct snmp_values cut = {};

			snmp_parse(&cut, texts[t], length);
			for (int i = 0; i < SNMP_COUNT; i++) {
				assert_true(!cut.count[0][i] || cut.count[0][i] == whole.count[0][i]);
				assert_true(!cut.count[1][i] || cut.count[1][i] == whole.count[1][i]);
			}
		}
	}
}

static void nonsense_changes_nothing(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"Tcp:\nTcp:\n",
		"Tcp: RetransSegs\nTcp: -5\n",
		"Tcp: RetransSegs\nTcp: 5x\n",
		"Tcp: RetransSegs\nUdp: 5\n",
		"Tcp: RetransSegs\nUdp6NoPortsX 4\nTcp: 5\n",
		"Tcp: RtoMin RetransSegs\nTcp: 5\n",
		"Tcp: 7\n",
		"Udp6NoPorts\n",
		"Udp6NoPorts x\n",
		": \n: \n",
	};
	static const char largest[] = "Tcp: RetransSegs\nTcp: 18446744073709551615\n";
	struct snmp_values values = {};

	(void)state;
	values.count[0][SNMP_tcp_retrans_segs] = 42;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		snmp_parse(&values, texts[i], strlen(texts[i]));
		assert_values(&values, (struct expectation[]){{SNMP_tcp_retrans_segs, 42, 0}}, 1);
	}
	snmp_parse(&values, largest, strlen(largest));
	assert_true(values.count[0][SNMP_tcp_retrans_segs] == UINT64_MAX);
}

static void both_families_are_summed(void **state)
{
	struct snmp_values before = {}, now = {};
	struct snmp_counters sum = {};

	(void)state;
	before.count[0][SNMP_udp_in_datagrams] = 10;
	before.count[1][SNMP_udp_in_datagrams] = 100;
	now.count[0][SNMP_udp_in_datagrams] = 13;
	now.count[1][SNMP_udp_in_datagrams] = 105;
	sum.count[SNMP_udp_in_datagrams] = 1000;
	snmp_add_risen(&sum, &before, &now);
	assert_int_equal(sum.count[SNMP_udp_in_datagrams], 1008);
}

static void a_counter_that_fell_is_another_namespaces(void **state)
{
	struct snmp_values before = {}, now = {};
	struct snmp_counters sum = {};

	(void)state;
	before.count[0][SNMP_tcp_in_segs] = 50;
	before.count[0][SNMP_tcp_retrans_segs] = 5;
	now.count[0][SNMP_tcp_in_segs] = 40;
	now.count[0][SNMP_tcp_retrans_segs] = 6;
	snmp_add_risen(&sum, &before, &now);
	assert_int_equal(sum.count[SNMP_tcp_in_segs], 40);
	assert_int_equal(sum.count[SNMP_tcp_retrans_segs], 6);
}

static void cover(void **state)
{
	(void)state;
	assert_true(snmp_cover(0, 0) == 1);
	assert_true(snmp_cover(7, 7) == 1);
	assert_true(snmp_cover(5, 10) == 0.5);
	assert_true(snmp_cover(15, 10) == 1.5);
	assert_true(snmp_cover(0, 3) == 0);
	assert_true(snmp_cover(1, 0) == 2);
	assert_true(snmp_cover(-1, 0) == 0);
}

/* Ours is a namespace like any other: read without rights, once per interval. */
static void follows_our_own(void **state)
{
	struct snmp_counters sum;
	unsigned int unreadable;

	(void)state;
	assert_int_equal(netns_refresh(), 0);
	snmp_begin(0);
	snmp_read();
	assert_int_equal(netns_refresh(), 0);
	memset(&sum, 0xff, sizeof(sum));
	snmp_delta(&sum, &unreadable);
	for (int i = 0; i < SNMP_COUNT; i++)
		assert_true(sum.count[i] < 1u << 30); /* other tests may be at work here: no exact numbers */
	snmp_free();
	netns_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_this_kernels_layout),
		cmocka_unit_test(reads_another_layout),
		cmocka_unit_test(cut_text_never_gives_a_part_of_a_number),
		cmocka_unit_test(nonsense_changes_nothing),
		cmocka_unit_test(both_families_are_summed),
		cmocka_unit_test(a_counter_that_fell_is_another_namespaces),
		cmocka_unit_test(cover),
		cmocka_unit_test(follows_our_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
