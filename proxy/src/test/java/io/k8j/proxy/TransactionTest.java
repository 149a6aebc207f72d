package io.k8j.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionTest {
    private static RuleSet rules(String chain, String rule, String key, String value) {
        RuleSet rules = RuleSet.empty();
        rules.chain(chain, List.of(rule));
        rules.element(RuleSet.SERVICE_IPS, key, value);
        return rules;
    }

    private static String difference(RuleSet before, RuleSet wanted) {
        return Transaction.difference("t", Family.V4, before, wanted);
    }

    @Test
    void nothingChangedNeedsNoTransaction() {
        assertThat(difference(rules("c", "drop", "k", "goto c"), rules("c", "drop", "k", "goto c")))
                .isEmpty();
    }

    @Test
    void onlyWhatChangedIsWritten() {
        RuleSet both = RuleSet.merge(List.of(rules("a", "drop", "ka", "goto a"), rules("b", "drop", "kb", "goto b")));
        RuleSet changed =
                RuleSet.merge(List.of(rules("a", "drop", "ka", "goto a"), rules("b", "accept", "kb", "goto b")));
        assertThat(difference(both, changed)).isEqualTo("""
                add chain ip t b
                flush chain ip t b
                add rule ip t b accept
                """);
    }

    @Test
    void newChainsComeBeforeElementsAndOldElementsGoBeforeOldChains() {
        assertThat(difference(rules("a", "drop", "k", "goto a"), rules("b", "drop", "k", "goto b")))
                .isEqualTo("""
                delete element ip t service-ips { k : goto a }
                add chain ip t b
                flush chain ip t b
                add rule ip t b drop
                add element ip t service-ips { k : goto b }
                flush chain ip t a
                """);
    }

    @Test
    void affinitySetsAreMadeBeforeTheRulesThatUseThem() {
        RuleSet wanted = rules("a", "update @s { ip saddr }", "k", "goto a");
        wanted.affinity().add("s");
        assertThat(difference(RuleSet.empty(), wanted).lines().findFirst())
                .contains("add set ip t s { type ipv4_addr ; flags dynamic,timeout ; }");
    }

    @Test
    void theFirstServiceKeepsAnAddressThatTwoClaim() {
        RuleSet merged = RuleSet.merge(List.of(rules("a", "drop", "k", "goto a"), rules("b", "drop", "k", "goto b")));
        assertThat(merged.of(RuleSet.SERVICE_IPS)).containsEntry("k", "goto a");
    }

    @Test
    void rangesAreToldFromAddresses() {
        assertThat(Family.V4.isCidr("10.42.0.0/16")).isTrue();
        assertThat(Family.V4.isCidr("10.42.0.0")).isFalse();
        assertThat(Family.V4.isCidr("10.42.0.0/33")).isFalse();
        assertThat(Family.V6.isCidr("fd00::/64")).isTrue();
        assertThat(Family.V4.isAddress("10.1")).isFalse();
        assertThat(Family.V6.isAddress("fe80::1%eth0")).isFalse();
        assertThat(Family.contains("192.0.2.0/25", "192.0.2.127")).isTrue();
        assertThat(Family.contains("192.0.2.0/25", "192.0.2.128")).isFalse();
        assertThat(Family.contains("0.0.0.0/0", "8.8.8.8")).isTrue();
        assertThat(Family.contains("0.0.0.0/0", "::1")).isFalse();
    }
}
