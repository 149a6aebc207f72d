package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where Services have their addresses from. */
class ServiceAddressesTest {
    private static final String SERVICES = "v1/services";
    private static final String CIDRS = "networking.k8s.io/v1/servicecidrs";
    private static final String ADDRESSES = "networking.k8s.io/v1/ipaddresses";

    private final TestServer server = new TestServer(
            CoreConfig.DEFAULTS
                    .withServiceRange("10.97.0.0/30")
                    .withNodePorts(30000, 30010)
                    .withBootstrap(true),
            ApiServerCore.Parts.open());

    @AfterEach
    void close() {
        server.close();
    }

    private String addressOf(String name) {
        Map<String, Object> made =
                server.create(SERVICES, "{'metadata':{'name':'%s'},'spec':{'ports':[{'port':80}]}}".formatted(name));
        return Trees.string(made, "spec", "clusterIP");
    }

    private String refusalOf(String json) {
        return TestServer.refusal(() -> server.create(SERVICES, json)).getMessage();
    }

    @Test
    void theServerOwnsTheFieldsOfAnAddress() {
        String address = addressOf("a");
        Object entry = Trees.list(server.get(ADDRESSES, address), "metadata", "managedFields")
                .getFirst();
        assertThat(Trees.string(entry, "manager")).isEqualTo("kube-apiserver");
        assertThat(Trees.string(entry, "operation")).isEqualTo("Update");
        assertThat(Trees.map(entry, "fieldsV1", "f:spec", "f:parentRef"))
                .containsOnlyKeys(".", "f:name", "f:namespace", "f:resource");
        assertThat(Trees.map(entry, "fieldsV1", "f:metadata")).containsOnlyKeys("f:labels");
    }

    @Test
    void aServiceCidrAddsAddressesAtOnceAndTakesThemBackWhenItIsNotReady() {
        assertThat(addressOf("a")).isEqualTo("10.97.0.2"); // 10.97.0.1 is the server's own
        assertThat(refusalOf("{'metadata':{'name':'b'},'spec':{'ports':[{'port':80}]}}"))
                .isEqualTo("Internal error occurred: failed to allocate a serviceIP: range is full");
        server.create(CIDRS, "{'metadata':{'name':'more'},'spec':{'cidrs':['10.98.0.0/30']}}");
        assertThat(addressOf("b")).startsWith("10.98.0.");
        String notReady = "{'status':{'conditions':[{'type':'Ready','status':'False','reason':'x','message':'',"
                + "'lastTransitionTime':'2026-01-01T00:00:00Z'}]}}";
        server.send(
                Verb.PATCH,
                CIDRS,
                "more",
                "status",
                "",
                "application/merge-patch+json",
                io.k8j.model.json.Json.parse(notReady.replace('\'', '"')));
        assertThat(refusalOf("{'metadata':{'name':'c'},'spec':{'ports':[{'port':80}]}}"))
                .contains("range is full");
        assertThat(refusalOf("{'metadata':{'name':'c'},'spec':{'clusterIP':'10.98.0.1','ports':[{'port':80}]}}"))
                .isEqualTo(
                        "Service \"c\" is invalid: spec.clusterIPs: Invalid value: [\"10.98.0.1\"]: failed to allocate"
                                + " IP 10.98.0.1: the provided network does not match the current range");
    }

    @Test
    void rangesThatOverlapGiveAnAddressOnce() {
        server.create(CIDRS, "{'metadata':{'name':'wide'},'spec':{'cidrs':['10.97.0.0/29']}}");
        List<String> all =
                List.of("a", "b", "c", "d", "e").stream().map(this::addressOf).toList();
        assertThat(all).doesNotHaveDuplicates().doesNotContain("10.97.0.1", "10.97.0.0", "10.97.0.7");
        assertThat(refusalOf("{'metadata':{'name':'f'},'spec':{'ports':[{'port':80}]}}"))
                .contains("range is full");
    }

    @Test
    void anAddressThatSomebodyReservedIsNotGivenToAService() {
        server.create(
                ADDRESSES,
                "{'metadata':{'name':'10.97.0.2'},'spec':{'parentRef':{'group':'gateway.networking.k8s.io','resource':"
                        + "'gateways','name':'g'}}}");
        assertThat(refusalOf("{'metadata':{'name':'a'},'spec':{'ports':[{'port':80}]}}"))
                .contains("range is full");
        assertThat(refusalOf("{'metadata':{'name':'a'},'spec':{'clusterIP':'10.97.0.2','ports':[{'port':80}]}}"))
                .contains("failed to allocate IP 10.97.0.2: provided IP is already allocated");
        server.delete(ADDRESSES, "10.97.0.2", "");
        assertThat(addressOf("a")).isEqualTo("10.97.0.2");
    }

    @Test
    void eachAddressHasAnObjectThatGoesWithItsService() {
        String address = addressOf("a");
        Map<String, Object> object = server.get(ADDRESSES, address);
        assertThat(Trees.map(object, "spec", "parentRef"))
                .isEqualTo(Map.of("resource", "services", "namespace", "rec", "name", "a"));
        server.delete(SERVICES, "a", "");
        assertThat(server.names(ADDRESSES, "")).containsExactly("10.97.0.1");
    }

    @Test
    void familiesThatTheClusterHasNotAreRefusedExceptWhereNothingIsServed() {
        String dual = "'ipFamilyPolicy':'RequireDualStack'";
        assertThat(refusalOf("{'metadata':{'name':'a'},'spec':{%s,'ports':[{'port':80}]}}".formatted(dual)))
                .isEqualTo("Service \"a\" is invalid: spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this"
                        + " cluster is not configured for dual-stack services");
        assertThat(refusalOf("{'metadata':{'name':'a'},'spec':{'ipFamilies':['IPv6'],'ports':[{'port':80}]}}"))
                .isEqualTo(
                        "Service \"a\" is invalid: spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this"
                                + " cluster");
        Map<String, Object> anywhere = server.create(SERVICES, "{'metadata':{'name':'n'},'spec':{'clusterIP':'None'}}");
        assertThat(Trees.list(anywhere, "spec", "ipFamilies")).containsExactly("IPv4", "IPv6");
        Map<String, Object> selected =
                server.create(SERVICES, "{'metadata':{'name':'s'},'spec':{'clusterIP':'None','selector':{'a':'b'}}}");
        assertThat(Trees.list(selected, "spec", "ipFamilies")).containsExactly("IPv4");
        Map<String, Object> prefers = server.create(
                SERVICES,
                "{'metadata':{'name':'p'},'spec':{'ipFamilyPolicy':'PreferDualStack','ports':[{'port':80}]}}");
        assertThat(Trees.list(prefers, "spec", "ipFamilies")).containsExactly("IPv4");
    }

    @Test
    void deletedAddressObjectsComeBackWithTheNextRepair() {
        String address = addressOf("a");
        server.delete(ADDRESSES, address, "");
        assertThat(server.names(ADDRESSES, "")).doesNotContain(address);
        server.core.repairAllocations();
        assertThat(server.names(ADDRESSES, "")).contains(address);
    }
}
