package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.auth.RawApi.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which rights the parts of a ResourceClaim's status need. */
class ClaimRightsTest {
    private static final String CLAIMS = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims";
    private static final String RESULT = "{request: r, driver: a.b, pool: p, device: d}";
    private static final String ON_NODE =
            "allocation: {nodeSelector: {nodeSelectorTerms: [{matchFields: [{key: metadata.name,"
                    + " operator: In, values: [n1]}]}]}, devices: {results: [" + RESULT + "]}}";
    private static final String TOLD = "devices: [{driver: a.b, pool: p, device: d, networkData: {ips: [%s]}}]";
    private static final String[] WRITER = RightsCluster.as("writer");
    private static final String[] BINDER = RightsCluster.as("binder");
    private static final String[] CENTRAL = RightsCluster.as("central");

    private static RightsCluster cluster;
    private static RawApi api;

    @BeforeAll
    static void start() {
        cluster = new RightsCluster();
        api = cluster.api();
        String status =
                "{apiGroups: [resource.k8s.io], resources: [resourceclaims/status], verbs: [get, update, patch]}";
        cluster.allow("writer", status);
        cluster.allow(
                "binder",
                status + ",{apiGroups: [resource.k8s.io], resources: [resourceclaims/binding], verbs: [patch]}");
        cluster.allow(
                "central",
                status + ",{apiGroups: [resource.k8s.io], resources: [resourceclaims/driver], resourceNames: [a.b],"
                        + " verbs: ['arbitrary-node:patch']}");
        cluster.allow(
                "near",
                status + ",{apiGroups: [resource.k8s.io], resources: [resourceclaims/driver], resourceNames: [a.b],"
                        + " verbs: ['associated-node:patch']}",
                "kind: ServiceAccount, namespace: default, name: driver");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void claim() {
        api.send("DELETE", CLAIMS + "/c", "");
        cluster.create(
                CLAIMS,
                "{metadata: {name: c}, spec: {devices: {requests: [{name: r, exactly: {deviceClassName: k}}]}}}");
    }

    private static Answer write(String status, String... as) {
        return api.send("PATCH", CLAIMS + "/c/status", "{status: {" + status + "}}", as);
    }

    private static String[] driverOn(String node) {
        return new String[] {
            "Impersonate-User",
            "system:serviceaccount:default:driver",
            "Impersonate-Extra-authentication.kubernetes.io%2fnode-name",
            node
        };
    }

    @Test
    void whoAllocatesNeedsTheRightToBind() {
        Answer refused = write(ON_NODE, WRITER);
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message())
                .contains("status.allocation: Forbidden: changing status.allocation or status.reservedFor requires"
                        + " resource=\"resourceclaims/binding\", verb=\"patch\" permission:"
                        + " resourceclaims.resource.k8s.io is forbidden: User \"writer\" cannot patch resource \"resourceclaims/binding\" in API group"
                        + " \"resource.k8s.io\" at the cluster scope");
        assertThat(write(ON_NODE, BINDER).code()).isEqualTo(200);
        String reserved = "reservedFor: [{resource: pods, name: x, uid: '1'}]";
        assertThat(write(reserved, CENTRAL).code()).isEqualTo(422);
        assertThat(write(reserved, BINDER).code()).isEqualTo(200);
    }

    @Test
    void driversSpeakForDevicesOfTheirNodeUnlessTheyMayForAll() {
        assertThat(write(ON_NODE).code()).isEqualTo(200);
        String told = TOLD.formatted("10.0.0.1/24");
        assertThat(write(told, BINDER).message())
                .contains("status.devices: Forbidden: changing status.devices requires"
                        + " resource=\"resourceclaims/driver\", verb=\"[arbitrary-node:patch]\" permission:"
                        + " resourceclaims.resource.k8s.io \"a.b\" is forbidden: User \"binder\" cannot"
                        + " arbitrary-node:patch resource \"resourceclaims/driver\" in API group"
                        + " \"resource.k8s.io\" in the namespace \"default\"");
        assertThat(write(told, driverOn("n2")).code()).as("elsewhere").isEqualTo(422);
        assertThat(write(told, driverOn("n1")).code()).as("there").isEqualTo(200);
        assertThat(write(TOLD.formatted("10.0.0.2/24"), CENTRAL).code()).isEqualTo(200);
        assertThat(write("devices: null", WRITER).code()).as("taking away").isEqualTo(422);
        assertThat(write("allocation: null", BINDER).code())
                .as("what is told goes with the allocation")
                .isEqualTo(200);
    }

    @Test
    void adminAccessIsGrantedInMarkedNamespacesOnly() {
        String granted = ON_NODE.replace("device: d}", "device: d, adminAccess: true}");
        assertThat(write(granted).message())
                .contains(
                        "status.allocation.devices.results[0].adminAccess: Forbidden: admin access to devices requires"
                                + " the `resource.kubernetes.io/admin-access: true` label on the containing namespace");
        String marked = "{metadata: {labels: {resource.kubernetes.io/admin-access: '%s'}}}";
        api.send("PATCH", "/api/v1/namespaces/default", marked.formatted("true"));
        assertThat(write(granted).code()).isEqualTo(200);
        api.send("PATCH", "/api/v1/namespaces/default", marked.formatted("false"));
    }
}
