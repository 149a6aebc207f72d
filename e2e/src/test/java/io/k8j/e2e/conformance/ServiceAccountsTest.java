package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** ServiceAccounts and what Pods get of them. */
class ServiceAccountsTest extends ConformanceCase {
    private static final String DEFAULT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

    private String account(String name, String automount) {
        api.post(
                        core("serviceaccounts"),
                        "{metadata: {name: %s}%s}"
                                .formatted(
                                        name, automount == null ? "" : ", automountServiceAccountToken: " + automount))
                .ok();
        return name;
    }

    private static boolean hasToken(Answer pod) {
        return Trees.list(pod.items("spec", "containers").getFirst(), "volumeMounts").stream()
                .anyMatch(mount -> DEFAULT_PATH.equals(Trees.string(mount, "mountPath")));
    }

    @Test
    @Conformance("auth/ServiceAccounts/2")
    void aPodsWordCountsMoreThanItsAccounts() {
        account("mount", "true");
        account("nomount", "false");
        account("unset", null);
        for (String account : List.of("unset", "mount", "nomount")) {
            for (String own : List.of("", "true", "false")) {
                String name = "pod-" + account + "-" + (own.isEmpty() ? "unset" : own);
                Answer pod = api.post(
                                core("pods"),
                                Pods.yaml(
                                        name,
                                        "serviceAccountName: " + account
                                                + (own.isEmpty() ? "" : ", automountServiceAccountToken: " + own)))
                        .ok();
                boolean wanted = own.isEmpty() ? !account.equals("nomount") : own.equals("true");
                assertThat(hasToken(pod)).as(name).isEqualTo(wanted);
            }
        }
    }

    @Test
    @Conformance("auth/ServiceAccounts/3")
    void everyNamespaceHasTheRootCertificate() {
        String map = core("configmaps/kube-root-ca.crt");
        String bundle = api.get(map).ok().at("data", "ca.crt");
        assertThat(bundle).contains("BEGIN CERTIFICATE");
        String uid = api.get(map).at("metadata", "uid");
        api.delete(map).ok();
        until("it is there again", () -> {
            Answer again = api.get(map);
            return again.code() == 200 && !uid.equals(again.at("metadata", "uid"));
        });
        api.merge(map, "{data: {ca.crt: '', extra: x}}").ok();
        eventually(() -> assertThat(api.get(map).tree("data")).isEqualTo(Map.of("ca.crt", bundle)));
    }

    @Test
    @Conformance("auth/ServiceAccounts/6")
    void anAccountHasItsLife() {
        String name = "testserviceaccount";
        String selected = core("serviceaccounts") + "?labelSelector=test-serviceaccount-static%3Dtrue";
        try (Watching watching = api.watch(selected)) {
            api.post(
                            core("serviceaccounts"),
                            "{metadata: {name: %s, labels: {test-serviceaccount-static: 'true'}}}".formatted(name))
                    .ok();
            assertThat(watching.next("ADDED", name).at("metadata", "labels", "test-serviceaccount-static"))
                    .isEqualTo("true");
            Answer patched = api.patch(
                            core("serviceaccounts/" + name), Api.STRATEGIC, "{automountServiceAccountToken: false}")
                    .ok();
            assertThat(patched.at("automountServiceAccountToken")).isEqualTo("false");
            assertThat(
                            api
                                    .get("/api/v1/serviceaccounts?labelSelector=test-serviceaccount-static%3Dtrue")
                                    .items()
                                    .stream()
                                    .map(a -> Trees.string(a, "metadata", "namespace")))
                    .contains(namespace);
            api.delete(selected).ok();
            watching.next("DELETED", name);
        }
    }

    @Test
    @Conformance("auth/ServiceAccounts/7")
    void anAccountIsUpdated() {
        account("e2e-sa", "false");
        Map<String, Object> tree = api.get(core("serviceaccounts/e2e-sa")).copy();
        tree.put("automountServiceAccountToken", true);
        assertThat(api.put(core("serviceaccounts/e2e-sa"), tree).ok().at("automountServiceAccountToken"))
                .isEqualTo("true");
        assertThat(api.get(core("serviceaccounts/e2e-sa")).at("automountServiceAccountToken"))
                .isEqualTo("true");
    }

    @Test
    @Conformance("auth/SubjectReview/1")
    void reviewsAgreeWithWhatImpersonationMay() {
        account("e2e", null);
        String user = "system:serviceaccount:" + namespace + ":e2e";
        String groups = "groups: ['system:authenticated', 'system:serviceaccounts', 'system:serviceaccounts:%s']"
                .formatted(namespace);
        api.post(
                        apis("rbac.authorization.k8s.io/v1", "roles"),
                        "{metadata: {name: reader}, rules: [{apiGroups: [''], resources: [configmaps], verbs: [list]}]}")
                .ok();
        api.post(
                        apis("rbac.authorization.k8s.io/v1", "rolebindings"),
                        "{metadata: {name: reader}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}, subjects: [{kind: ServiceAccount, name: e2e, namespace: %s}]}"
                                .formatted(namespace))
                .ok();
        for (String resource : List.of("configmaps", "secrets")) {
            String spec =
                    "spec: {user: '%s', %s, resourceAttributes: {verb: list, version: v1, resource: %s, namespace: %s}}"
                            .formatted(user, groups, resource, namespace);
            String everywhere = api.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", "{%s}".formatted(spec))
                    .ok()
                    .at("status", "allowed");
            String here = api.post(
                            apis("authorization.k8s.io/v1", "localsubjectaccessreviews"),
                            "{metadata: {namespace: %s}, %s}".formatted(namespace, spec))
                    .ok()
                    .at("status", "allowed");
            int code = api.with("Impersonate-User", user).get(core(resource)).code();
            assertThat(everywhere).isEqualTo("" + resource.equals("configmaps")).isEqualTo(here);
            assertThat(code).isEqualTo(resource.equals("configmaps") ? 200 : 403);
        }
    }

    @Test
    void theIssuerCanBeDiscovered() throws Exception {
        account("oidc", null);
        String token = api.post(
                        core("serviceaccounts/oidc/token"),
                        "{spec: {audiences: [oidc-discovery-test], expirationSeconds: 600}}")
                .ok()
                .at("status", "token");
        String[] parts = token.split("\\.");
        Map<String, Object> head = Json.parseObject(Base64.getUrlDecoder().decode(parts[0]));
        Map<String, Object> claims = Json.parseObject(Base64.getUrlDecoder().decode(parts[1]));
        assertThat(claims.get("aud")).isEqualTo(List.of("oidc-discovery-test"));
        Api own = api.withToken(
                api.post(core("serviceaccounts/oidc/token"), "{spec: {}}").ok().at("status", "token"));
        Answer discovery = own.get("/.well-known/openid-configuration").ok();
        assertThat(discovery.at("issuer")).isEqualTo(claims.get("iss"));
        Answer keys = own.get("/openid/v1/jwks").ok();
        Map<String, Object> key = keys.items("keys").stream()
                .filter(k -> head.get("kid").equals(k.get("kid")))
                .findFirst()
                .orElseThrow();
        assertThat(Jwks.verifies(key, parts)).isTrue();
        parts[1] = Base64.getUrlEncoder().withoutPadding().encodeToString("{}".getBytes(StandardCharsets.UTF_8));
        assertThat(Jwks.verifies(key, parts)).as("other claims").isFalse();
    }
}
