package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.admission.podsecurity.PodSecurityConfiguration;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PodSecurity through the API. */
class PodSecurityApiTest {
    private static final String BAD = "hostIPC: true, containers: [{name: c, image: i}]";

    private AdmittingServer server = new AdmittingServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private ApiResponse label(String labels) {
        return server.server.send(
                Verb.PATCH,
                "v1/namespaces",
                "rec",
                "",
                "",
                "application/merge-patch+json",
                Yaml.tree("{metadata: {labels: {" + labels.replace("ps/", "pod-security.kubernetes.io/") + "}}}"));
    }

    private static String pod(String name, String spec) {
        return "{metadata: {name: " + name + "}, spec: {" + spec + "}}";
    }

    private static String deployment(String spec) {
        return "{metadata: {name: d}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}},"
                + " spec: {"
                + spec + "}}}}";
    }

    @Test
    void anEnforcedLevelRefusesAndWarnsOfTemplates() {
        label("ps/enforce: baseline");
        ApiException refusal = server.refusal("v1/pods", pod("p", BAD));
        assertThat(refusal.getMessage())
                .isEqualTo("pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces"
                        + " (hostIPC=true)");
        assertThat(refusal.code()).isEqualTo(403);
        assertThat(server.annotations.getLast())
                .containsEntry("pod-security.kubernetes.io/enforce-policy", "baseline:latest");
        // Who enforces more than is warned of by default is warned of templates as well.
        assertThat(server.warnings("apps/v1/deployments", deployment(BAD)))
                .containsExactly("would violate PodSecurity \"baseline:latest\": host namespaces (hostIPC=true)");
    }

    @Test
    void levelsAreRecordedAndWarnedOf() {
        label("ps/audit: restricted, ps/audit-version: v1.18, ps/warn: baseline, ps/warn-version: v1.30");
        assertThat(server.warnings("v1/pods", pod("p", BAD)))
                .containsExactly("would violate PodSecurity \"baseline:v1.30\": host namespaces (hostIPC=true)");
        assertThat(server.annotations.getLast())
                .containsEntry(
                        "pod-security.kubernetes.io/audit-violations",
                        "would violate PodSecurity \"restricted:v1.18\": host namespaces (hostIPC=true),"
                                + " allowPrivilegeEscalation != false (container \"c\" must set"
                                + " securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or"
                                + " container \"c\" must set securityContext.runAsNonRoot=true)")
                .containsEntry("pod-security.kubernetes.io/enforce-policy", "privileged:latest");
    }

    @Test
    void aVersionIsJudgedByItsOwnRules() {
        String sysctl =
                "securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: '1'}]}, containers: [{name: c, image:"
                        + " i}]";
        label("ps/enforce: baseline, ps/enforce-version: v1.31");
        assertThat(server.refusal("v1/pods", pod("p", sysctl)).getMessage())
                .endsWith("violates PodSecurity \"baseline:v1.31\": forbidden sysctls (net.ipv4.tcp_rmem)");
        label("ps/enforce-version: v1.32");
        server.create("v1/pods", pod("p", sysctl));
        String probe = "containers: [{name: c, image: i, livenessProbe: {httpGet: {host: example.com, port: 80}}}]";
        server.create("v1/pods", pod("q", probe));
        label("ps/enforce-version: v1.34");
        assertThat(server.refusal("v1/pods", pod("r", probe)).getMessage())
                .endsWith("probe or lifecycle host (container \"c\" uses probe or lifecycle host \"example.com\")");
    }

    @Test
    void wrongLabelsAreRefused() {
        ApiException refusal = TestServer.refusal(() -> label("ps/enforce: basic, ps/warn-version: '1.30'"));
        assertThat(refusal.code()).isEqualTo(422);
        assertThat(refusal.getMessage())
                .contains(
                        "metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"basic\": must be one of"
                                + " privileged, baseline, restricted")
                .contains("metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: \"1.30\": must be"
                        + " \"latest\" or \"v1.x\"");
        server.refusal("v1/namespaces", "{metadata: {name: n, labels: {pod-security.kubernetes.io/audit: strict}}}");
    }

    @Test
    void tighteningANamespaceListsItsPods() {
        server.create("v1/pods", pod("b", BAD));
        server.create("v1/pods", pod("a", BAD));
        server.create(
                "v1/pods",
                pod(
                        "c",
                        "hostNetwork: true, hostPID: true, containers: [{name: c, image: i, ports:"
                                + " [{containerPort: 80, hostPort: 80}]}]"));
        assertThat(label("ps/enforce: baseline").warnings())
                .containsExactly(
                        "existing pods in namespace \"rec\" violate the new PodSecurity enforce level"
                                + " \"baseline:latest\"",
                        "a (and 1 other pod): host namespaces",
                        "c: host namespaces, hostPort");
        assertThat(label("ps/enforce: privileged").warnings()).isEmpty();
    }

    @Test
    void onlyImagesMakeAnUpdateCount() {
        server.create("v1/pods", pod("p", BAD));
        label("ps/enforce: baseline");
        server.server.patch("v1/pods", "p", "merge", "{'metadata':{'labels':{'a':'b'}}}");
        assertThat(TestServer.refusal(() -> server.server.patch(
                                "v1/pods",
                                "p",
                                "strategic-merge",
                                "{'spec':{'containers':[{'name':'c','image':'other'}]}}"))
                        .getMessage())
                .contains("violates PodSecurity");
    }

    @Test
    void configurationGivesDefaultsAndExemptions() {
        server.close();
        server = new AdmittingServer(AdmittingServer.SETTINGS.withPodSecurity(PodSecurityConfiguration.of(Yaml.tree(
                "{apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, defaults:"
                        + " {enforce: baseline, enforce-version: v1.35}, exemptions: {namespaces: [other], usernames:"
                        + " [root], runtimeClasses: [vm]}}"))));
        assertThat(server.refusal("v1/pods", pod("p", BAD)).getMessage()).contains("\"baseline:v1.35\"");
        server.create("node.k8s.io/v1/runtimeclasses", "{metadata: {name: vm}, handler: vm}");
        server.create("v1/pods", pod("p", "runtimeClassName: vm, " + BAD));
        assertThat(server.annotations.getLast()).containsEntry("pod-security.kubernetes.io/exempt", "runtimeClass");
        assertThat(server.warnings(
                        "v1/namespaces",
                        "{metadata: {name: elsewhere, labels: {pod-security.kubernetes.io/enforce: restricted}}}"))
                .isEmpty();
        ApiResponse exempt = server.server.send(
                Verb.PATCH,
                "v1/namespaces",
                "other",
                "",
                "",
                "application/merge-patch+json",
                Yaml.tree("{metadata: {labels: {pod-security.kubernetes.io/enforce: restricted}}}"));
        assertThat(exempt.warnings())
                .containsExactly(
                        "namespace \"other\" is exempt from Pod Security, and the policy (enforce=restricted:v1.35)"
                                + " will be ignored");
    }

    @Test
    void wrongConfigurationsAreNamed() {
        List<Map.Entry<String, String>> wrong = List.of(
                Map.entry("defaults: {enforce: basic}", "defaults.enforce: Invalid value: \"basic\""),
                Map.entry("exemptions: {usernames: ['']}", "exemptions.usernames[0]: Invalid value: \"\""),
                Map.entry("exemptions: {namespaces: [a, a]}", "exemptions.namespaces[1]: Duplicate value: \"a\""));
        for (var w : wrong) {
            String yaml = "{apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, "
                    + w.getKey() + "}";
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> PodSecurityConfiguration.of(Yaml.tree(yaml)))
                    .hasMessageContaining(w.getValue());
        }
    }
}
