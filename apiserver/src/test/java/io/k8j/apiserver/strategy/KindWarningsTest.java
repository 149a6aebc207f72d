package io.k8j.apiserver.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.Yaml;
import io.k8j.apiserver.crd.DefinitionStrategy;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KindWarningsTest {
    record Case(String resource, String object, List<String> warnings) {
        @Override
        public String toString() {
            return resource;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "endpointslices.discovery.k8s.io",
                        "{addressType: FQDN, endpoints: [{addresses: [\"2001:0db8::1\"]}]}",
                        List.of(
                                "spec.addressType: FQDN endpoints are deprecated",
                                "endpoints[0].addresses[0]: IPv6 address \"2001:0db8::1\" should be in RFC 5952 canonical"
                                        + " format (\"2001:db8::1\")")),
                new Case(
                        "nodes",
                        "{spec: {externalID: x, configSource: {}, podCIDRs: [\"2001:0db8::/64\"]}}",
                        List.of(
                                "spec.configSource: the feature is removed",
                                "spec.externalID: this field is deprecated, and is unused by Kubernetes",
                                "spec.podCIDRs[0]: IPv6 CIDR value \"2001:0db8::/64\" should be in RFC 5952 canonical"
                                        + " format (\"2001:db8::/64\")")),
                new Case(
                        "runtimeclasses.node.k8s.io",
                        "{scheduling: {nodeSelector: {beta.kubernetes.io/os: linux}}}",
                        List.of("scheduling.nodeSelector: deprecated since v1.14; use \"kubernetes.io/os\" instead")),
                new Case(
                        "storageclasses.storage.k8s.io",
                        "{allowedTopologies: [{matchLabelExpressions: [{key: beta.kubernetes.io/arch}]}]}",
                        List.of("allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.14; use"
                                + " \"kubernetes.io/arch\" instead")),
                new Case(
                        "csistoragecapacities.storage.k8s.io",
                        "{nodeTopology: {matchLabels: {node-role.kubernetes.io/master: a}, matchExpressions: [{key:"
                                + " app.kubernetes.io/created-by, operator: Exists}]}}",
                        List.of(
                                "nodeTopology.matchExpressions[0].key: app.kubernetes.io/created-by is deprecated since"
                                        + " v1.9",
                                "nodeTopology.matchLabels.node-role.kubernetes.io/master: use"
                                        + " \"node-role.kubernetes.io/control-plane\" instead")),
                new Case(
                        "csidrivers.storage.k8s.io",
                        "{spec: {tokenRequests: [{audience: a}]}}",
                        List.of(
                                "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true"
                                        + " to prevent possible logging of tokens in volume attributes")),
                new Case(
                        "ingresses.networking.k8s.io",
                        "{metadata: {annotations: {kubernetes.io/ingress.class: a}}, spec: {}}",
                        List.of("annotation \"kubernetes.io/ingress.class\" is deprecated, please use"
                                + " 'spec.ingressClassName' instead")),
                new Case(
                        "networkpolicies.networking.k8s.io",
                        "{spec: {ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8, except: [010.0.0.0/16]}}]}], egress:"
                                + " [{to: [{podSelector: {}}, {ipBlock: {cidr: \"2001:0db8::/64\"}}]}]}}",
                        List.of(
                                "spec.ingress[0].from[0].ipBlock.cidr: CIDR value \"10.0.0.1/8\" is ambiguous in this"
                                        + " context (should be \"10.0.0.0/8\" or \"10.0.0.1/32\"?)",
                                "spec.ingress[0].from[0].ipBlock.except[0]: non-standard CIDR value \"010.0.0.0/16\" is"
                                        + " invalid: use \"10.0.0.0/16\"",
                                "spec.egress[0].to[1].ipBlock.cidr: IPv6 CIDR value \"2001:0db8::/64\" should be in RFC"
                                        + " 5952 canonical format (\"2001:db8::/64\")")),
                new Case(
                        "customresourcedefinitions.apiextensions.k8s.io",
                        "{spec: {versions: [{schema: {openAPIV3Schema: {properties: {a: {type: string, allOf: [{format:"
                                + " x}], not: {format: z}}, b: {type: integer, format: ipv4}}}}}]}}",
                        List.of(
                                "unrecognized format \"x\"",
                                "unrecognized format \"z\"",
                                "unrecognized format \"ipv4\"")),
                new Case(
                        "validatingwebhookconfigurations.admissionregistration.k8s.io",
                        "{metadata: {name: a.static.k8s.io}}",
                        List.of("metadata.name: names ending with \".static.k8s.io\" are reserved for static"
                                + " manifest-based configurations and cannot be managed via the API")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void saysWhatIsHardlyMeant(Case c) {
        boolean definition = c.resource().startsWith("customresourcedefinitions.");
        ResourceStrategy strategy = definition ? new DefinitionStrategy() : Strategies.of(resource(c));
        assertThat(strategy.warnings(context(c), Yaml.tree(c.object()), null)).isEqualTo(c.warnings());
    }

    private static GroupVersionResource resource(Case c) {
        int dot = c.resource().indexOf('.');
        String group = dot < 0 ? "" : c.resource().substring(dot + 1);
        return new GroupVersionResource(
                group, "v1", dot < 0 ? c.resource() : c.resource().substring(0, dot));
    }

    private static RequestContext context(Case c) {
        return new RequestContext(UserInfo.of("me"), Verb.CREATE, resource(c), "a", "", "", Instant.EPOCH, false);
    }

    static Stream<Case> statusCases() {
        String end = ": non-standard IP address \"010.0.0.1\" is invalid: use \"10.0.0.1\"";
        String balancer =
                "{spec: {externalIPs: [a]}, status: {loadBalancer: {ingress: [{hostname: a}, {ip: 010.0.0.1}]}}}";
        return Stream.of(
                new Case("services", balancer, List.of("status.loadBalancer.ingress[1]" + end)),
                new Case("ingresses.networking.k8s.io", balancer, List.of("status.loadBalancer.ingress[1]" + end)),
                new Case(
                        "pods",
                        "{spec: {}, status: {podIPs: [{ip: 010.0.0.1}], hostIPs: [{ip: 010.0.0.1}]}}",
                        List.of("status.podIPs[0].ip" + end, "status.hostIPs[0].ip" + end)),
                new Case("nodes", "{spec: {externalID: x}}", List.of()));
    }

    @ParameterizedTest
    @MethodSource("statusCases")
    void saysWhatIsHardlyMeantInAStatus(Case c) {
        assertThat(Strategies.of(resource(c)).statusWarnings(context(c), Yaml.tree(c.object()), Map.of()))
                .isEqualTo(c.warnings());
    }

    @Test
    void slicesKeepTheirOldTopologyOnlyWhileTheirEndpointsStay() {
        String old = "{endpoints: [{addresses: [10.0.0.1], deprecatedTopology: {kubernetes.io/hostname: n, a: b}}]}";
        Map<String, Object> same = Yaml.tree(old);
        SliceTopology.drop(same, Yaml.tree(old));
        assertThat(same).isEqualTo(Yaml.tree(old));

        Map<String, Object> changed = Yaml.tree(old.replace("10.0.0.1", "10.0.0.2"));
        SliceTopology.drop(changed, Yaml.tree(old));
        assertThat(Trees.list(changed, "endpoints")).containsExactly(Yaml.tree("{addresses: [10.0.0.2], nodeName: n}"));

        Map<String, Object> made = Yaml.tree(old);
        SliceTopology.drop(made, null);
        assertThat(Trees.list(made, "endpoints")).containsExactly(Yaml.tree("{addresses: [10.0.0.1]}"));
    }
}
