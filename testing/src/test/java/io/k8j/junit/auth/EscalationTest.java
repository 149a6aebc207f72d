package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.auth.RawApi.Answer;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nobody grants what they do not have: the checks of RBAC writes. */
class EscalationTest {
    private static final String RBAC = RightsCluster.RBAC;
    private static final String LOCAL = RBAC + "namespaces/default/";
    private static final String[] GRANTER = {"Impersonate-User", "granter", "Impersonate-Group", "staff"};

    private static RightsCluster cluster;
    private static RawApi api;

    @BeforeAll
    static void start() {
        cluster = new RightsCluster();
        api = cluster.api();
        // Not all verbs: escalate and bind are among them.
        cluster.allow("granter", """
            {apiGroups: [rbac.authorization.k8s.io], resources: [roles, clusterroles, rolebindings, clusterrolebindings], verbs: [create, update, patch, get, delete]},
            {apiGroups: [""], resources: [pods], verbs: [get, list]},
            {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [view], verbs: [bind]}
            """);
        cluster.allow(
                "free", "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [create, escalate]}");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    record Case(String name, String path, String yaml, int code, String message) {}

    static Stream<Case> cases() {
        String binding =
                "{metadata: {name: %s}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %s, name: %s}, subjects:"
                        + " [{apiGroup: rbac.authorization.k8s.io, kind: User, name: x}]}";
        String start =
                "is forbidden: user \"granter\" (groups=[\"staff\" \"system:authenticated\"]) is attempting to grant"
                        + " RBAC permissions not currently held:\n";
        return Stream.of(
                new Case(
                        "what one has",
                        LOCAL + "roles",
                        "{metadata: {name: r1}, rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}",
                        201,
                        null),
                new Case(
                        "a verb more",
                        LOCAL + "roles",
                        "{metadata: {name: r2}, rules: [{apiGroups: [''], resources: [pods, secrets], verbs: [get,"
                                + " delete]}]}",
                        403,
                        "roles.rbac.authorization.k8s.io \"r2\" " + start
                                + "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}\n"
                                + "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\" \"delete\"]}"),
                new Case(
                        "a path",
                        RBAC + "clusterroles",
                        "{metadata: {name: r3}, rules: [{nonResourceURLs: [/metrics], verbs: [get]}]}",
                        403,
                        "clusterroles.rbac.authorization.k8s.io \"r3\" " + start
                                + "{NonResourceURLs:[\"/metrics\"], Verbs:[\"get\"]}"),
                new Case(
                        "an aggregation",
                        RBAC + "clusterroles",
                        "{metadata: {name: r4}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}}",
                        403,
                        "clusterroles.rbac.authorization.k8s.io \"r4\" is forbidden: must have cluster-admin"
                                + " privileges to use the aggregationRule: user \"granter\" (groups=[\"staff\""
                                + " \"system:authenticated\"]) is attempting to grant RBAC permissions not currently"
                                + " held:\n"
                                + "{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n"
                                + "{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}"),
                new Case(
                        "a role one may bind",
                        LOCAL + "rolebindings",
                        binding.formatted("b1", "ClusterRole", "view"),
                        201,
                        null),
                new Case(
                        "a role one may not bind",
                        RBAC + "clusterrolebindings",
                        binding.formatted("b2", "ClusterRole", "cluster-admin"),
                        403,
                        "clusterrolebindings.rbac.authorization.k8s.io \"b2\" " + start
                                + "{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n"
                                + "{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}"),
                new Case(
                        "a role that is not there",
                        LOCAL + "rolebindings",
                        binding.formatted("b3", "Role", "ghost"),
                        404,
                        "roles.rbac.authorization.k8s.io \"ghost\" not found"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void nobodyGrantsWhatTheyDoNotHave(Case c) {
        Answer answer = api.post(c.path(), c.yaml(), GRANTER);

        assertThat(answer.code()).as(c.name() + ": " + answer).isEqualTo(c.code());
        if (c.message() != null) {
            assertThat(answer.message()).isEqualTo(c.message());
        }
    }

    @Test
    void anUpdateMayNotAddWhatOneDoesNotHave() {
        cluster.create(
                LOCAL + "roles",
                "{metadata: {name: kept}, rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]}");

        assertThat(api.send("PATCH", LOCAL + "roles/kept", "{metadata: {finalizers: [a.example/b]}}", GRANTER)
                        .code())
                .isEqualTo(200); // grants nothing
        assertThat(api.send("PATCH", LOCAL + "roles/kept", "{metadata: {labels: {a: b}}}", GRANTER)
                        .code())
                .isEqualTo(403);
    }

    @Test
    void theVerbEscalateLiftsTheCheck() {
        Answer answer = api.post(
                LOCAL + "roles",
                "{metadata: {name: all}, rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]}",
                RightsCluster.as("free"));

        assertThat(answer.code()).as(answer.toString()).isEqualTo(201);
    }

    @Test
    void aReviewListsTheRulesOfAUserInANamespace() {
        Answer review = api.post(
                "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "{spec: {namespace: default}}", GRANTER);

        assertThat(review.code()).isEqualTo(201);
        assertThat(Trees.get(review.body(), "status", "incomplete")).isEqualTo(false);
        assertThat(Trees.list(review.body(), "status", "resourceRules"))
                .contains(
                        Map.of("verbs", List.of("get", "list"), "apiGroups", List.of(""), "resources", List.of("pods")))
                .contains(Map.of(
                        "verbs", List.of("bind"),
                        "apiGroups", List.of("rbac.authorization.k8s.io"),
                        "resources", List.of("clusterroles"),
                        "resourceNames", List.of("view")));
        assertThat(Trees.list(review.body(), "status", "nonResourceRules").toString())
                .as("of everybody who is known")
                .contains("/version");
        assertThat(api.post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "{spec: {}}", GRANTER)
                        .message())
                .contains("no namespace on request");
    }

    @Test
    void aReviewTellsWhichBindingAllows() {
        Answer review = api.post(
                "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                "{spec: {user: free, resourceAttributes: {verb: escalate, group: rbac.authorization.k8s.io, resource:"
                        + " roles}}}");

        assertThat(review.at("status", "reason"))
                .isEqualTo("RBAC: allowed by ClusterRoleBinding \"free\" of ClusterRole \"free\" to User \"free\"");
    }
}
