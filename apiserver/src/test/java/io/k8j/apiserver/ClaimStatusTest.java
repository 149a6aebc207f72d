package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What schedulers and drivers may write into the status of a ResourceClaim. */
class ClaimStatusTest {
    private static final String CLAIMS = "resource.k8s.io/v1/resourceclaims";
    private static final String RESULT = "{'request': 'r', 'driver': 'a.b', 'pool': 'p', 'device': 'd'}";
    private static final String ALLOCATION = "'allocation': {'devices': {'results': [" + RESULT + "]}}";
    private static final String POD = "{'resource': 'pods', 'name': 'x', 'uid': '1'}";

    private TestServer server;

    @BeforeEach
    void open() {
        server = new TestServer();
        server.create(
                CLAIMS,
                "{'metadata': {'name': 'c'}, 'spec': {'devices': {'requests': [{'name': 'r', 'exactly':"
                        + " {'deviceClassName': 'k'}}]}}, 'status': {" + ALLOCATION + "}}");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Map<String, Object> status(String status) {
        Object body = Json.parse(("{'status': {" + status + "}}").replace('\'', '"'));
        return TestServer.tree(
                server.send(Verb.PATCH, CLAIMS, "c", "status", "", "application/merge-patch+json", body));
    }

    private void refused(String status, String message) {
        assertThat(TestServer.refusal(() -> status(status)).getMessage())
                .isEqualTo("ResourceClaim.resource.k8s.io \"c\" is invalid: " + message);
    }

    @Test
    void aNewClaimHasNothing() {
        assertThat(Trees.map(server.get(CLAIMS, "c"), "status")).isEmpty();
    }

    @Test
    void onlyWhatIsAllocatedCanBeReserved() {
        refused(
                "'reservedFor': [" + POD + "]",
                "status.reservedFor: Forbidden: may not be specified when `allocated` is not set");
        status(ALLOCATION + ", 'reservedFor': [" + POD + "]");
        refused(
                "'reservedFor': [{'resource': '', 'name': '', 'uid': '2'}]",
                "[status.reservedFor[0].resource: Required value, status.reservedFor[0].name: Required value]");
    }

    @Test
    void anAllocationStaysUntilItIsTakenBack() {
        status(ALLOCATION);
        assertThat(TestServer.refusal(() -> status(ALLOCATION.replace("'d'", "'e'")))
                        .getMessage())
                .startsWith("ResourceClaim.resource.k8s.io \"c\" is invalid: status.allocation: Invalid value: ")
                .endsWith(": field is immutable");
        status("'allocation': null");
        status(ALLOCATION.replace("'d'", "'e'"));
    }

    @Test
    void anAllocationIsForTheClaimsRequests() {
        refused(
                ALLOCATION.replace("'r'", "'s'"),
                "status.allocation.devices.results[0].request: Invalid value: \"s\": must be the name of a request in the"
                        + " claim or the name of a request and a subrequest separated by '/'");
    }

    @Test
    void driversTellOfAllocatedDevicesOnlyAndThatGoesWithThem() {
        String told = "'devices': [{'driver': 'a.b', 'pool': 'p', 'device': '%s', 'networkData': {'ips': ['%s']}}]";
        status(ALLOCATION);
        refused(
                told.formatted("e", "10.0.0.1"),
                "[status.devices[0]: Invalid value: {\"Driver\":\"a.b\",\"Pool\":\"p\",\"Device\":\"e\",\"ShareID\":\"\"}: must be an allocated device in the claim,"
                        + " status.devices[0].networkData.ips[0]: Invalid value: \"10.0.0.1\": must be a valid address in"
                        + " CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)]");
        status(told.formatted("d", "10.0.0.1/24"));
        Map<String, Object> freed = status("'allocation': null");
        assertThat(Trees.get(freed, "status", "devices")).isNull();
    }

    @Test
    void administratorsAskInMarkedNamespacesOnly() {
        String admin = "{'metadata': {'name': 'a'}, 'spec': {'devices': {'requests': [{'name': 'r', 'exactly':"
                + " {'deviceClassName': 'k', 'adminAccess': true}}]}}}";
        assertThat(TestServer.refusal(() -> server.create(CLAIMS, admin)).getMessage())
                .contains("requires the `resource.kubernetes.io/admin-access: true` label");
        if (!server.names("v1/namespaces", "").contains("rec")) {
            server.create("v1/namespaces", "{'metadata': {'name': 'rec'}}");
        }
        server.patch(
                "v1/namespaces",
                "rec",
                "merge",
                "{'metadata': {'labels': {'resource.kubernetes.io/admin-access': 'true'}}}");
        server.create(CLAIMS, admin);
    }
}
