package io.k8j.apiserver.printer;

import static io.k8j.apiserver.printer.Docs.field;

import io.k8j.apiserver.printer.Table.Row;
import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tables of services, endpoints, ingresses and their kin. */
final class NetworkTables {
    static final Map<String, Table> TABLES = Map.ofEntries(
            Map.entry("Service", service()),
            Map.entry(
                    "Endpoints",
                    Table.named()
                            .column("Endpoints", "string", field("core.v1.Endpoints", "subsets"), NetworkTables::ends)
                            .age()),
            Map.entry("EndpointSlice", endpointSlice()),
            Map.entry("Ingress", ingress()),
            Map.entry(
                    "IngressClass",
                    Table.named()
                            .column(
                                    "Controller",
                                    "string",
                                    "Controller that is responsible for handling this class",
                                    r -> r.text("spec", "controller"))
                            .column(
                                    "Parameters",
                                    "string",
                                    "A reference to a resource with additional parameters",
                                    NetworkTables::classParameters)
                            .age()),
            Map.entry(
                    "NetworkPolicy",
                    Table.named()
                            .column(
                                    "Pod-Selector",
                                    "string",
                                    field("networking.v1.NetworkPolicySpec", "podSelector"),
                                    r -> Cells.selector(r.at("spec", "podSelector")))
                            .age()),
            Map.entry(
                    "ServiceCIDR",
                    Table.named()
                            .column(
                                    "CIDRs",
                                    "string",
                                    field("networking.v1.ServiceCIDRSpec", "cidrs"),
                                    r -> String.join(",", r.at("spec", "cidrs").texts()))
                            .age()),
            Map.entry(
                    "IPAddress",
                    Table.named()
                            .column(
                                    "ParentRef",
                                    "string",
                                    field("networking.v1.IPAddressSpec", "parentRef"),
                                    NetworkTables::parent)
                            .unnamed(Row::age)));

    private NetworkTables() {}

    private static Table service() {
        String spec = "core.v1.ServiceSpec";
        return Table.named()
                .column("Type", "string", field(spec, "type"), r -> r.text("spec", "type"))
                .column("Cluster-IP", "string", field(spec, "clusterIP"), NetworkTables::clusterIp)
                .column("External-IP", "string", field(spec, "externalIPs"), NetworkTables::externalIp)
                .column("Port(s)", "string", field(spec, "ports"), NetworkTables::ports)
                .age()
                .wide("Selector", "string", field(spec, "selector"), r -> Cells.labels(r.at("spec", "selector")));
    }

    private static String clusterIp(Row row) {
        List<String> ips = row.at("spec", "clusterIPs").texts();
        return ips.isEmpty() ? Cells.orNone(row.text("spec", "clusterIP")) : ips.getFirst();
    }

    private static String externalIp(Row row) {
        List<String> external = row.at("spec", "externalIPs").texts();
        return switch (row.text("spec", "type")) {
            case "ClusterIP", "NodePort" -> Cells.orNone(String.join(",", external));
            case "LoadBalancer" -> {
                List<String> all = new ArrayList<>();
                String balancer = Cells.loadBalancer(row.at("status"));
                if (!balancer.isEmpty()) {
                    all.add(balancer);
                }
                all.addAll(external);
                yield all.isEmpty() ? "<pending>" : String.join(",", all);
            }
            case "ExternalName" -> row.text("spec", "externalName");
            default -> "<unknown>";
        };
    }

    private static String ports(Row row) {
        List<String> ports = new ArrayList<>();
        for (Place port : row.at("spec", "ports").items()) {
            long nodePort = port.number("nodePort");
            String node = nodePort > 0 ? ":" + nodePort : "";
            ports.add(port.number("port") + node + "/" + port.text("protocol"));
        }
        return Cells.orNone(String.join(",", ports));
    }

    private static String ends(Row row) {
        if (row.at("subsets").isEmpty()) {
            return "<none>";
        }
        List<String> all = new ArrayList<>();
        for (Place subset : row.at("subsets").items()) {
            List<Place> addresses = subset.field("addresses").items();
            List<Place> ports = subset.field("ports").items();
            if (ports.isEmpty()) {
                addresses.forEach(a -> all.add(a.text("ip")));
            }
            for (Place port : ports) {
                addresses.forEach(a -> all.add(hostPort(a.text("ip"), port.number("port"))));
            }
        }
        return Cells.few(all, "");
    }

    private static String hostPort(String ip, long port) {
        return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port;
    }

    private static Table endpointSlice() {
        String slice = "discovery.v1.EndpointSlice";
        return Table.named()
                .column("AddressType", "string", field(slice, "addressType"), r -> r.text("addressType"))
                .column("Ports", "string", field(slice, "ports"), NetworkTables::slicePorts)
                .column("Endpoints", "string", field(slice, "endpoints"), NetworkTables::sliceAddresses)
                .age();
    }

    private static String slicePorts(Row row) {
        List<String> ports = new ArrayList<>();
        for (Place port : row.at("ports").items()) {
            if (port.field("port").present()) {
                ports.add(Long.toString(port.number("port")));
            } else {
                ports.add(port.field("name").present() ? port.text("name") : "*");
            }
        }
        return Cells.few(ports, "<unset>");
    }

    private static String sliceAddresses(Row row) {
        List<String> addresses = new ArrayList<>();
        row.at("endpoints")
                .items()
                .forEach(e -> addresses.addAll(e.field("addresses").texts()));
        return Cells.few(addresses, "<unset>");
    }

    private static Table ingress() {
        return Table.named()
                .column(
                        "Class",
                        "string",
                        "The name of the IngressClass resource that should be used for additional configuration",
                        r -> r.at("spec", "ingressClassName").absent() ? "<none>" : r.text("spec", "ingressClassName"))
                .column(
                        "Hosts",
                        "string",
                        "Hosts that incoming requests are matched against before the ingress rule",
                        NetworkTables::hosts)
                .column(
                        "Address",
                        "string",
                        "Address is a list containing ingress points for the load-balancer",
                        r -> Cells.loadBalancer(r.at("status")))
                .column(
                        "Ports",
                        "string",
                        "Ports of TLS configurations that open",
                        r -> r.at("spec", "tls").isEmpty() ? "80" : "80, 443")
                .age();
    }

    private static String hosts(Row row) {
        List<Place> rules = row.at("spec", "rules").items();
        List<String> hosts = new ArrayList<>();
        boolean more = false;
        for (Place rule : rules) {
            more |= hosts.size() == 3;
            if (!more && !rule.text("host").isEmpty()) {
                hosts.add(rule.text("host"));
            }
        }
        if (hosts.isEmpty()) {
            return "*";
        }
        String text = String.join(",", hosts);
        return more ? text + " + " + (rules.size() - 3) + " more..." : text;
    }

    private static String classParameters(Row row) {
        Place parameters = row.at("spec", "parameters");
        if (parameters.absent()) {
            return "<none>";
        }
        String group = parameters.field("apiGroup").present() ? "." + parameters.text("apiGroup") : "";
        return parameters.text("kind") + group + "/" + parameters.text("name");
    }

    private static String parent(Row row) {
        Place parent = row.at("spec", "parentRef");
        if (parent.absent()) {
            return "<none>";
        }
        String group = parent.text("group").isEmpty() ? "" : "." + parent.text("group");
        String namespace = parent.text("namespace").isEmpty() ? "" : "/" + parent.text("namespace");
        return (parent.text("resource") + group).toLowerCase(Locale.ROOT) + namespace + "/" + parent.text("name");
    }
}
