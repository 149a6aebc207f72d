package io.k8j.apiserver.authz;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.resource.ServedApis;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.UserInfo;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyRuleTest {
    private static final UserInfo USER = UserInfo.of("u");

    private static PolicyRule rule(String verb, String group, String resource, String... names) {
        return new PolicyRule(List.of(verb), List.of(group), List.of(resource), List.of(names), List.of());
    }

    private static Attributes wanted(String verb, String group, String resource, String subresource, String name) {
        return new Attributes(USER, verb, group, "v1", resource, subresource, "ns", name, null);
    }

    record Case(String name, PolicyRule rule, Attributes wanted, boolean allowed) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case("the same", rule("get", "", "pods"), wanted("get", "", "pods", "", "p"), true),
                new Case("another verb", rule("get", "", "pods"), wanted("list", "", "pods", "", ""), false),
                new Case("another group", rule("get", "", "pods"), wanted("get", "apps", "pods", "", "p"), false),
                new Case(
                        "a subresource is a resource of its own",
                        rule("get", "", "pods"),
                        wanted("get", "", "pods", "log", "p"),
                        false),
                new Case("named subresource", rule("get", "", "pods/log"), wanted("get", "", "pods", "log", "p"), true),
                new Case(
                        "subresource of anything",
                        rule("get", "*", "*/scale"),
                        wanted("get", "apps", "deployments", "scale", "d"),
                        true),
                new Case(
                        "everything",
                        rule("*", "*", "*"),
                        wanted("delete", "apps", "deployments", "status", "d"),
                        true),
                new Case(
                        "the named object",
                        rule("get", "", "secrets", "a"),
                        wanted("get", "", "secrets", "", "a"),
                        true),
                new Case(
                        "another object",
                        rule("get", "", "secrets", "a"),
                        wanted("get", "", "secrets", "", "b"),
                        false),
                new Case(
                        "names do not allow lists",
                        rule("list", "", "secrets", "a"),
                        wanted("list", "", "secrets", "", ""),
                        false));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRuleAllowsWhatItNames(Case c) {
        assertThat(c.rule().allows(c.wanted())).as(c.name()).isEqualTo(c.allowed());
    }

    @Test
    void rulesTogetherCoverAnother() {
        List<PolicyRule> owned = List.of(rule("get", "", "pods"), rule("list", "", "pods"));

        assertThat(PolicyRule.covers(
                        owned,
                        new PolicyRule(List.of("get", "list"), List.of(""), List.of("pods"), List.of(), List.of())))
                .isTrue();
        assertThat(PolicyRule.covers(owned, rule("watch", "", "pods"))).isFalse();
        assertThat(PolicyRule.covers(List.of(rule("get", "", "pods", "a")), rule("get", "", "pods")))
                .isFalse();
    }

    @Test
    void bootstrapRolesAreReadWhole() {
        BootstrapRoles roles = BootstrapRoles.read(ServedApis.DEFAULTS);

        assertThat(roles.roles()).hasSizeGreaterThan(60);
        assertThat(roles.roles()).extracting(role -> role.get("kind")).containsOnly("ClusterRole");
        assertThat(roles.bindings()).hasSizeGreaterThan(40);
    }
}
