package io.k8j.apiserver.service;

import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.verb.ObjectEditor;
import io.k8j.apiserver.verb.WriteHook;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives Services their cluster addresses and node ports. Safe for all threads. */
public final class ServiceAllocator implements WriteHook {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceAllocator.class);
    private static final GroupVersionKind SERVICE = new GroupVersionKind("", "v1", "Service");

    private final AddressRange addresses;
    private final PortRange ports;
    private final AddressObjects objects;

    public ServiceAllocator(
            AddressRange addresses,
            int firstPort,
            int lastPort,
            StoredResource addressResource,
            ObjectEditor editor,
            InstantSource clock,
            RandomGenerator random) {
        this.addresses = addresses;
        this.ports = new PortRange(firstPort, lastPort, random);
        this.objects = new AddressObjects(addressResource, editor, clock);
    }

    /** Marks everything that stored Services have, and makes the IPAddress objects fit. Called once, before requests. */
    public void load(StoredResource services) {
        Map<String, String[]> used = new LinkedHashMap<>();
        services.cache().snapshot().objects().visit("", null, object -> {
            Map<String, Object> service = Json.parseObject(object.object().json());
            String address = addressOf(service);
            if (address != null && addresses.contains(address)) {
                if (!addresses.take(address)) {
                    LOG.atError().addKeyValue("service", object.key()).log("cluster IP is used by several services");
                }
                used.put(address, new String[] {object.namespace(), object.name()});
            }
            for (int port : portsOf(service)) if (ports.contains(port)) ports.take(port);
            return true;
        });
        objects.repair(used);
    }

    /** What one write took and what it will give back. */
    private final class Taken implements Reservation {
        private final String namespace;
        private final String name;
        private final List<String> newAddresses = new ArrayList<>(1);
        private final List<Integer> newPorts = new ArrayList<>(2);
        private String oldAddress;
        private Set<Integer> oldPorts = Set.of();

        Taken(Map<String, Object> service) {
            namespace = Trees.string(service, "metadata", "namespace");
            name = Trees.string(service, "metadata", "name");
        }

        @Override
        public void finish(boolean stored) {
            if (!stored) {
                newAddresses.forEach(addresses::release);
                newPorts.forEach(ports::release);
                return;
            }
            for (String address : newAddresses) objects.add(address, namespace, name);
            if (oldAddress != null) {
                addresses.release(oldAddress);
                objects.remove(oldAddress);
            }
            oldPorts.forEach(ports::release);
        }

        private ApiException invalid(FieldError error) {
            return ApiException.invalid(SERVICE, name, List.of(error));
        }
    }

    @Override
    public Reservation beforeCreate(RequestContext context, Map<String, Object> service) {
        Taken taken = new Taken(service);
        try {
            address(service, null, taken);
            nodePorts(service, Set.of(), taken);
            return taken;
        } catch (ApiException e) {
            taken.finish(false);
            throw e;
        }
    }

    @Override
    public Reservation beforeUpdate(RequestContext context, Map<String, Object> service, Map<String, Object> old) {
        Taken taken = new Taken(service);
        try {
            String before = addressOf(old);
            Set<Integer> portsBefore = portsOf(old);
            keepPorts(service, old);
            address(service, before, taken);
            nodePorts(service, portsBefore, taken);
            if (before != null && !before.equals(addressOf(service))) taken.oldAddress = before;
            Set<Integer> gone = new HashSet<>(portsBefore);
            gone.removeAll(portsOf(service));
            taken.oldPorts = gone;
            return taken;
        } catch (ApiException e) {
            taken.oldAddress = null;
            taken.finish(false);
            throw e;
        }
    }

    @Override
    public void afterDelete(Map<String, Object> service) {
        String address = addressOf(service);
        if (address != null) {
            addresses.release(address);
            objects.remove(address);
        }
        portsOf(service).forEach(ports::release);
    }

    private void address(Map<String, Object> service, String before, Taken taken) {
        Map<String, Object> spec = Trees.map(service, "spec");
        if ("ExternalName".equals(spec.get("type"))) {
            for (String field : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) spec.remove(field);
            return;
        }
        String wanted = text(spec, "clusterIP");
        if (wanted.isEmpty() && Trees.list(spec, "clusterIPs").size() == 1) {
            wanted = String.valueOf(Trees.list(spec, "clusterIPs").getFirst());
        }
        if (wanted.isEmpty() && before != null) wanted = before;
        families(spec, wanted.equals("None"));
        if (!wanted.equals("None") && !wanted.equals(before)) wanted = take(wanted, taken);
        spec.put("clusterIP", wanted);
        spec.put("clusterIPs", new ArrayList<>(List.of(wanted)));
    }

    private String take(String wanted, Taken taken) {
        if (wanted.isEmpty()) {
            String any = addresses.takeAny();
            if (any == null) throw ApiException.internal("failed to allocate a serviceIP: range is full");
            taken.newAddresses.add(any);
            return any;
        }
        String why = null;
        if (!addresses.contains(wanted)) {
            why = "provided IP is not in the valid range. The range of valid IPs is " + addresses.cidr();
        } else if (!addresses.take(wanted)) {
            why = "provided IP is already allocated";
        }
        if (why != null) {
            throw taken.invalid(FieldError.invalid(
                    "spec.clusterIPs", List.of(wanted), "failed to allocate IP " + wanted + ": " + why));
        }
        taken.newAddresses.add(wanted);
        return wanted;
    }

    // A headless Service without selector may point anywhere, so upstream gives it both families.
    private static void families(Map<String, Object> spec, boolean headless) {
        boolean anywhere = headless && Trees.map(spec, "selector").isEmpty();
        if (text(spec, "ipFamilyPolicy").isEmpty()) {
            spec.put("ipFamilyPolicy", anywhere ? "RequireDualStack" : "SingleStack");
        }
        if (Trees.list(spec, "ipFamilies").isEmpty()) {
            boolean both = anywhere && "RequireDualStack".equals(spec.get("ipFamilyPolicy"));
            spec.put("ipFamilies", new ArrayList<Object>(both ? List.of("IPv4", "IPv6") : List.of("IPv4")));
        }
    }

    private void nodePorts(Map<String, Object> service, Set<Integer> own, Taken taken) {
        Map<String, Object> spec = Trees.map(service, "spec");
        if (!wantsNodePorts(spec)) return;
        boolean allocate = !"LoadBalancer".equals(spec.get("type"))
                || !Boolean.FALSE.equals(spec.get("allocateLoadBalancerNodePorts"));
        Set<Integer> known = new HashSet<>(own);
        List<Object> list = Trees.list(spec, "ports");
        for (int i = 0; i < list.size(); i++) {
            Map<String, Object> port = Trees.asMap((Map<?, ?>) list.get(i));
            Long wanted = Trees.integer(port, "nodePort");
            if (wanted == null || wanted == 0) {
                if (!allocate) continue;
                wanted = (long) sameNumber(list, i);
                if (wanted == 0) wanted = (long) anyPort(taken);
                port.put("nodePort", wanted);
                known.add(wanted.intValue());
            } else if (known.add(wanted.intValue())) {
                takePort("spec.ports[" + i + "].nodePort", wanted, taken);
            }
        }
        if ("LoadBalancer".equals(spec.get("type")) && "Local".equals(spec.get("externalTrafficPolicy"))) {
            Long wanted = Trees.integer(spec, "healthCheckNodePort");
            if (wanted == null || wanted == 0) spec.put("healthCheckNodePort", (long) anyPort(taken));
            else if (known.add(wanted.intValue())) takePort("spec.healthCheckNodePort", wanted, taken);
        }
    }

    // TCP and UDP on one port share their node port.
    private static int sameNumber(List<Object> list, int index) {
        Object port = Trees.get(list.get(index), "port");
        Object protocol = Trees.get(list.get(index), "protocol");
        for (int i = 0; i < index; i++) {
            Long other = Trees.integer(list.get(i), "nodePort");
            boolean same = Trees.deepEquals(port, Trees.get(list.get(i), "port"))
                    && !Trees.deepEquals(protocol, Trees.get(list.get(i), "protocol"));
            if (same && other != null) return other.intValue();
        }
        return 0;
    }

    private int anyPort(Taken taken) {
        int port = ports.takeAny();
        if (port < 0) throw ApiException.internal("failed to allocate a nodePort: range is full");
        taken.newPorts.add(port);
        return port;
    }

    private void takePort(String field, long wanted, Taken taken) {
        if (!ports.contains(wanted)) {
            throw taken.invalid(FieldError.invalid(
                    field,
                    wanted,
                    "provided port is not in the valid range. The range of valid ports is " + ports.text()));
        }
        if (!ports.take((int) wanted)) {
            throw taken.invalid(FieldError.invalid(field, wanted, "provided port is already allocated"));
        }
        taken.newPorts.add((int) wanted);
    }

    // Who updates without naming a node port keeps the one it has.
    private static void keepPorts(Map<String, Object> service, Map<String, Object> old) {
        Map<String, Object> spec = Trees.map(service, "spec");
        if (!wantsNodePorts(spec) || !wantsNodePorts(Trees.map(old, "spec"))) return;
        for (Object item : Trees.list(spec, "ports")) {
            Long wanted = Trees.integer(item, "nodePort");
            if (wanted != null && wanted != 0) continue;
            for (Object before : Trees.list(old, "spec", "ports")) {
                boolean same = Trees.deepEquals(Trees.get(item, "port"), Trees.get(before, "port"))
                        && Trees.deepEquals(Trees.get(item, "protocol"), Trees.get(before, "protocol"));
                Object port = Trees.get(before, "nodePort");
                if (same && port != null) Trees.asMap((Map<?, ?>) item).put("nodePort", port);
            }
        }
    }

    private static boolean wantsNodePorts(Map<String, Object> spec) {
        return "NodePort".equals(spec.get("type")) || "LoadBalancer".equals(spec.get("type"));
    }

    private static String addressOf(Map<String, Object> service) {
        Map<String, Object> spec = Trees.map(service, "spec");
        String address = text(spec, "clusterIP");
        boolean none = "ExternalName".equals(spec.get("type")) || address.isEmpty() || address.equals("None");
        return none ? null : address;
    }

    private static Set<Integer> portsOf(Map<String, Object> service) {
        Set<Integer> all = new HashSet<>();
        Map<String, Object> spec = Trees.map(service, "spec");
        if (!wantsNodePorts(spec)) return all;
        for (Object port : Trees.list(spec, "ports")) {
            Long number = Trees.integer(port, "nodePort");
            if (number != null && number != 0) all.add(number.intValue());
        }
        Long health = Trees.integer(spec, "healthCheckNodePort");
        if (health != null && health != 0) all.add(health.intValue());
        return all;
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }
}
