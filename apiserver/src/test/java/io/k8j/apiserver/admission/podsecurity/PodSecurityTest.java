package io.k8j.apiserver.admission.podsecurity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.apiserver.Yaml;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.FakeReader;
import io.k8j.apiserver.admission.Requests;
import io.k8j.apiserver.admission.Services;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PodSecurityTest {
    private static final Services.StillTime TIME = new Services.StillTime();
    private static final String GOOD =
            "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, ";
    private static final String SAFE =
            "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";

    record Case(String name, String level, String spec, String violations) {}

    static List<Case> cases() {
        return List.of(
                new Case(
                        "a plain pod breaks four rules of restricted",
                        "restricted",
                        "{containers: [{name: x}]}",
                        "allowPrivilegeEscalation != false (container \"x\" must set"
                                + " securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container"
                                + " \"x\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod"
                                + " or container \"x\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or"
                                + " container \"x\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or"
                                + " \"Localhost\")"),
                new Case(
                        "a careful pod passes restricted",
                        "restricted",
                        "{" + GOOD + "containers: [{name: x, " + SAFE + "}]}",
                        ""),
                new Case("a plain pod passes baseline", "baseline", "{containers: [{name: x}]}", ""),
                new Case(
                        "two containers are named together",
                        "restricted",
                        "{" + GOOD + "containers: [{name: a, securityContext: {capabilities: {drop: [ALL]}}}, {name: b,"
                                + " securityContext: {capabilities: {drop: [ALL]}}}]}",
                        "allowPrivilegeEscalation != false (containers \"a\", \"b\" must set"
                                + " securityContext.allowPrivilegeEscalation=false)"),
                new Case(
                        "the host is off limits in baseline",
                        "baseline",
                        "{hostNetwork: true, hostPID: true, volumes: [{name: v, hostPath: {path: /}}], containers:"
                                + " [{name: x, ports: [{hostPort: 80}], securityContext: {privileged: true}}]}",
                        "host namespaces (hostNetwork=true, hostPID=true), hostPath volumes (volume \"v\"), hostPort"
                                + " (container \"x\" uses hostPort 80), privileged (container \"x\" must not set"
                                + " securityContext.privileged=true)"),
                new Case(
                        "restricted knows fewer volume types",
                        "restricted",
                        "{" + GOOD + "volumes: [{name: v, hostPath: {path: /}}], containers: [{name: x, " + SAFE
                                + "}]}",
                        "restricted volume types (volume \"v\" uses restricted volume type \"hostPath\")"),
                new Case(
                        "capabilities beyond the usual are named",
                        "baseline",
                        "{containers: [{name: x, securityContext: {capabilities: {add: [NET_ADMIN, CHOWN]}}}]}",
                        "non-default capabilities (container \"x\" must not include \"NET_ADMIN\" in"
                                + " securityContext.capabilities.add)"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void violationsAreNamedAsUpstreamNamesThem(Case c) {
        assertThat(Violation.details(Checks.violations(
                        new LevelVersion(Level.of(c.level()), LevelVersion.LATEST),
                        new Subject(Place.of(null), Place.of(Yaml.tree(c.spec()))))))
                .as(c.name())
                .isEqualTo(c.violations());
    }

    private static PodSecurity step(String labels) {
        return new PodSecurity(
                new FakeReader().with("namespaces", "{metadata: {name: a, labels: " + labels + "}}"),
                PodSecurityConfiguration.DEFAULTS,
                TIME);
    }

    @Test
    void enforcedLevelsRefuse() {
        var step = step("{pod-security.kubernetes.io/enforce: baseline}");
        var request = Requests.createPod(
                "{metadata: {name: p, namespace: a}, spec: {hostIPC: true, containers: [{name: c}]}}");
        assertThatThrownBy(() -> Requests.run(step, request))
                .hasMessage("pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces"
                        + " (hostIPC=true)");
    }

    @Test
    void templatesAreOnlyWarnedOf() {
        var step = step("{pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/warn: baseline,"
                + " pod-security.kubernetes.io/warn-version: v1.30}");
        AdmissionRequest request = Requests.create(
                new GroupVersionResource("apps", "v1", "deployments"),
                "Deployment",
                "{metadata: {name: d, namespace: a}, spec: {template: {spec: {hostIPC: true, containers: [{name:"
                        + " c}]}}}}");
        Requests.run(step, request);
        assertThat(request.context().warnings())
                .containsExactly("would violate PodSecurity \"baseline:v1.30\": host namespaces (hostIPC=true)");
    }

    @Test
    void tighteningANamespaceTellsOfItsPods() {
        var step = new PodSecurity(
                new FakeReader()
                        .with(
                                "pods",
                                "{metadata: {name: p1, namespace: a}, spec: {hostIPC: true, containers: [{name: c}]}}")
                        .with(
                                "pods",
                                "{metadata: {name: p2, namespace: a}, spec: {hostIPC: true, containers: [{name: c}]}}"),
                PodSecurityConfiguration.DEFAULTS,
                TIME);
        AdmissionRequest request = Requests.update(
                Ask.NAMESPACES,
                "Namespace",
                "{metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: baseline}}}",
                "{metadata: {name: a}}");
        Requests.run(step, request);
        assertThat(request.context().warnings())
                .containsExactly(
                        "existing pods in namespace \"a\" violate the new PodSecurity enforce level"
                                + " \"baseline:latest\"",
                        "p1 (and 1 other pod): host namespaces");
    }
}
