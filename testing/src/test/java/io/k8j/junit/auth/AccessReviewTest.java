package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import io.k8j.junit.auth.RawApi.Answer;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Selectors in access reviews and in what authorizers are asked, and authorizers that cannot answer. */
class AccessReviewTest {
    private static final String REVIEWS = "/apis/authorization.k8s.io/v1/";
    private static final String[] TOM = {"Authorization", "Bearer t"};

    @TempDir
    static Path directory;

    private static final BlockingQueue<Map<String, Object>> asked = new LinkedBlockingQueue<>();
    private static TestIssuer webhook;
    private static K8jCluster cluster;
    private static RawApi admin;
    private static RawApi plain;

    /** The webhook knows no group {@code system:nodes} and allows what is narrowed to the label {@code team=blue}. */
    @BeforeAll
    static void start() throws Exception {
        webhook = TestIssuer.start().answering(review -> {
            asked.add(Trees.map(Json.parseObject(review.getBytes(StandardCharsets.UTF_8)), "spec"));
            if (review.contains("\"name\":\"torn\""))
                return "{\"status\":{\"allowed\":true,\"denied\":true,\"reason\":\"r\"}}";
            if (review.contains("\"name\":\"nonsense\"")) return "not json";
            return "{\"status\":{\"allowed\":%b}}".formatted(review.contains("\"values\":[\"blue\"]"));
        });
        Path hook = Files.writeString(directory.resolve("hook"), webhook.kubeconfig());
        Path tokens = Files.writeString(directory.resolve("tokens"), "t,tom,1\n");
        Path file = Files.writeString(directory.resolve("authz.yaml"), """
            apiVersion: apiserver.config.k8s.io/v1
            kind: AuthorizationConfiguration
            authorizers:
            - {type: Node, name: node}
            - {type: RBAC, name: rbac}
            - type: Webhook
              name: hook
              webhook:
                timeout: 3s
                subjectAccessReviewVersion: v1
                matchConditionSubjectAccessReviewVersion: v1
                failurePolicy: NoOpinion
                connectionInfo: {type: KubeConfigFile, kubeConfigFile: %s}
                matchConditions:
                - {expression: "!request.user.startsWith('system:')"}
            """.formatted(hook));
        cluster = K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .withApiServerFlags("authorization-config=" + file, "token-auth-file=" + tokens)
                .start();
        admin = RawApi.admin(cluster);
        plain = RawApi.anonymous(cluster);
    }

    @AfterAll
    static void stop() {
        plain.close();
        admin.close();
        cluster.close();
        webhook.close();
    }

    @BeforeEach
    void forget() {
        asked.clear();
    }

    private static Answer review(String kind, String spec) {
        return admin.post(
                REVIEWS + kind.toLowerCase(java.util.Locale.ROOT) + "s",
                "{apiVersion: authorization.k8s.io/v1, kind: %s, spec: %s}".formatted(kind, spec));
    }

    private static String ofNode(String selector) {
        return "{user: 'system:node:a', groups: ['system:nodes', 'system:authenticated'], resourceAttributes: {verb:"
                + " list, version: v1, resource: pods" + selector + "}}";
    }

    @Test
    void theNodeAuthorizerSeesTheSelectorOfAReview() {
        for (String fitting : List.of(
                ", fieldSelector: {rawSelector: 'spec.nodeName=a'}",
                ", fieldSelector: {requirements: [{key: spec.nodeName, operator: In, values: [a]}]}")) {
            assertThat(review("SubjectAccessReview", ofNode(fitting)).body())
                    .extractingByKey("status")
                    .isEqualTo(Map.of("allowed", true));
        }
        for (String other : List.of(
                "",
                ", fieldSelector: {rawSelector: 'spec.nodeName=b'}",
                ", fieldSelector: {requirements: [{key: spec.nodeName, operator: NotIn, values: [a]}]}",
                ", labelSelector: {rawSelector: 'spec.nodeName=a'}")) {
            assertThat(review("SubjectAccessReview", ofNode(other)).body())
                    .extractingByKey("status")
                    .isEqualTo(Map.of(
                            "allowed", false, "reason", "can only list/watch pods with spec.nodeName field selector"));
        }
    }

    record Unreadable(String selector, String problem) {}

    static Stream<Unreadable> unreadable() {
        return Stream.of(
                new Unreadable("fieldSelector: {rawSelector: 'a'}", "fieldSelector ignored due to parse error"),
                new Unreadable("labelSelector: {rawSelector: 'a in'}", "labelSelector ignored due to parse error"),
                new Unreadable(
                        "fieldSelector: {requirements: [{key: a, operator: Exists}, {key: b, operator: In, values:"
                                + " [c]}]}",
                        "fieldSelector partially ignored due to parse error"),
                new Unreadable(
                        "fieldSelector: {requirements: [{key: a, operator: In, values: [b, c]}]}",
                        "fieldSelector ignored due to parse error"),
                new Unreadable(
                        "labelSelector: {requirements: [{key: a, operator: Near, values: [b]}, {key: c, operator:"
                                + " Exists}]}",
                        "labelSelector partially ignored due to parse error"));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void whatCannotBeReadIsLeftOutAndTold(Unreadable c) {
        Answer answer = review(
                "SubjectAccessReview",
                "{user: tom, resourceAttributes: {verb: list, resource: pods, " + c.selector() + "}}");

        assertThat(answer.at("status", "evaluationError")).isEqualTo("spec.resourceAttributes." + c.problem());
    }

    record Wrong(String spec, String words) {}

    static Stream<Wrong> wrong() {
        return Stream.of(
                new Wrong(
                        "fieldSelector: {}",
                        "spec.resourceAttributes.fieldSelector.requirements: Required value: when"
                                + " spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is"
                                + " required"),
                new Wrong(
                        "labelSelector: {rawSelector: foo, requirements: [{key: a, operator: Exists}]}",
                        "spec.resourceAttributes.labelSelector.rawSelector: Invalid value: \"foo\": may not specified"
                                + " at the same time as requirements"),
                new Wrong(
                        "fieldSelector: {requirements: [{key: '', operator: Near}]}",
                        "spec.resourceAttributes.fieldSelector.requirements[0].key: Required value: must be specified"),
                new Wrong(
                        "labelSelector: {requirements: [{key: a, operator: In}]}",
                        "spec.resourceAttributes.labelSelector.requirements[0].values: Required value: must be"
                                + " specified when `operator` is 'In' or 'NotIn'"),
                new Wrong(
                        "fieldSelector: {requirements: [{key: a, operator: Exists, values: [b]}]}",
                        "spec.resourceAttributes.fieldSelector.requirements[0].values: Forbidden: may not be specified"
                                + " when `operator` is 'Exists' or 'DoesNotExist'"),
                new Wrong(
                        "labelSelector: {requirements: [{key: a, operator: In, values: ['b c']}]}",
                        "spec.resourceAttributes.labelSelector.requirements[0].values[0]: Invalid value: \"b c\""));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongSelectorsAreRefused(Wrong c) {
        String spec = "{resourceAttributes: {verb: list, resource: pods, " + c.spec() + "}}";
        Answer answer = review("SelfSubjectAccessReview", spec);

        assertThat(answer.code()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.message()).contains(c.words());
    }

    @Test
    void nullIsAnEmptyObject() {
        Answer answer = admin.post("/api/v1/namespaces/default/configmaps", "null");

        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message())
                .isEqualTo(admin.post("/api/v1/namespaces/default/configmaps", "{}")
                        .message());
    }

    @Test
    void metadataInWhichNothingIsSaidIsNone() {
        Answer answer = admin.post(
                REVIEWS + "selfsubjectaccessreviews",
                "{apiVersion: authorization.k8s.io/v1, kind: SelfSubjectAccessReview, metadata: {name: '', generation: 0,"
                        + " labels: {}, creationTimestamp: null}, spec: {resourceAttributes: {verb: list, resource:"
                        + " pods, namespace: default}}}");

        assertThat(answer.code()).isEqualTo(201);
    }

    @Test
    void metadataOfAReviewIsRefused() {
        String spec = "{resourceAttributes: {verb: list, resource: pods, namespace: default}}";
        Answer answer = admin.post(
                REVIEWS + "selfsubjectaccessreviews",
                "{apiVersion: authorization.k8s.io/v1, kind: SelfSubjectAccessReview, metadata: {name: x}, spec: "
                        + spec + "}");

        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains("metadata: Invalid value: {").endsWith(": must be empty");
    }

    @Test
    void aWebhookIsAskedWithTheSelectorsOfTheRequest() {
        assertThat(plain.get("/api/v1/namespaces/default/pods?labelSelector=team%3Dblue", TOM)
                        .code())
                .isEqualTo(200);
        assertThat(asked.poll())
                .extractingByKey("resourceAttributes")
                .isEqualTo(Map.of(
                        "namespace", "default",
                        "verb", "list",
                        "version", "v1",
                        "resource", "pods",
                        "labelSelector",
                                Map.of(
                                        "requirements",
                                        List.of(Map.of("key", "team", "operator", "In", "values", List.of("blue"))))));
        assertThat(plain.get("/api/v1/namespaces/default/pods", TOM).code()).isEqualTo(403);
        assertThat(plain.send("DELETE", "/api/v1/namespaces/default/pods?labelSelector=team%3Dblue", null, TOM)
                        .code())
                .isEqualTo(200);
        // What names one object has no selectors, whatever its query says.
        assertThat(plain.get("/api/v1/namespaces/default/pods/x?labelSelector=team%3Dblue", TOM)
                        .code())
                .isEqualTo(403);
    }

    @Test
    void anAuthorizerThatFailsIsToldApartFromOneThatRefuses() {
        Answer answer = plain.get("/api/v1/namespaces/default/pods/nonsense?a=%3C", TOM);
        assertThat(answer.code()).isEqualTo(500);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
        assertThat(answer.text())
                .startsWith("Internal Server Error: \"/api/v1/namespaces/default/pods/nonsense?a=%3C\": ")
                .endsWith("\n");
        Answer torn = plain.get("/api/v1/namespaces/default/pods/torn", TOM);
        assertThat(torn.code()).isEqualTo(500);
        assertThat(torn.text()).contains("webhook subject access review returned both allow and deny response");

        assertThat(review(
                                "SubjectAccessReview",
                                "{user: tom, resourceAttributes: {verb: get, resource: x, name: torn}}")
                        .body())
                .extractingByKey("status")
                .isEqualTo(Map.of(
                        "allowed",
                        false,
                        "denied",
                        true,
                        "reason",
                        "r",
                        "evaluationError",
                        "webhook subject access review returned both allow and deny response"));
        assertThat(admin.get("/metrics").text()).contains("authorization_attempts_total{result=\"error\"}");
        // Somebody else who allows is enough.
        assertThat(admin.get("/api/v1/namespaces/default/pods/nonsense").code()).isEqualTo(404);
    }
}
