package io.k8j.apiserver.service;

import io.k8j.apiserver.cache.CachedObject;
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
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives Services their cluster addresses and node ports. Safe for all threads. */
public final class ServiceAllocator implements WriteHook {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceAllocator.class);
    private static final GroupVersionKind SERVICE = new GroupVersionKind("", "v1", "Service");

    private final AddressPool addresses;
    private final PortRange ports;
    private final AddressObjects objects;

    public ServiceAllocator(
            AddressRange addresses,
            int firstPort,
            int lastPort,
            StoredResource rangeResource,
            StoredResource addressResource,
            ObjectEditor editor,
            InstantSource clock,
            RandomGenerator random) {
        this.ports = new PortRange(firstPort, lastPort, random);
        this.objects = new AddressObjects(addressResource, editor, clock);
        this.addresses = new AddressPool(new ServiceRanges(addresses, rangeResource), objects::isReserved, random);
    }

    /** Marks everything that stored Services have, and makes the IPAddress objects fit. Called once, before requests. */
    public void load(StoredResource services) {
        services.cache().snapshot().objects().visit("", null, object -> {
            for (int port : portsOf(Json.parseObject(object.object().json())))
                if (ports.contains(port)) ports.take(port);
            return true;
        });
        visit(services, (address, service) -> {
            if (!addresses.mark(address)) {
                LOG.atError()
                        .addKeyValue("service", String.join("/", service))
                        .log("cluster IP is used by several services");
            }
        });
        repair(services);
    }

    /**
     * Makes the IPAddress objects fit the stored Services again, after somebody deleted one or a write of ours failed.
     * May run beside requests.
     */
    public void repair(StoredResource services) {
        List<String> known = objects.ours(); // before the Services: each of these then has its Service in the next step
        Map<String, String[]> used = new LinkedHashMap<>();
        visit(services, used::put);
        known.stream().filter(address -> !used.containsKey(address)).forEach(objects::remove);
        used.forEach((address, service) -> {
            if (objects.isMissing(address) && stillHas(services, service, address)) {
                objects.add(address, service[0], service[1]);
            }
        });
    }

    private static boolean stillHas(StoredResource services, String[] service, String address) {
        CachedObject current = services.get(service[0], service[1]);
        return current != null
                && address.equals(addressOf(Json.parseObject(current.object().json())));
    }

    private void visit(StoredResource services, BiConsumer<String, String[]> visitor) {
        services.cache().snapshot().objects().visit("", null, object -> {
            Map<String, Object> service = Json.parseObject(object.object().json());
            String address = addressOf(service);
            if (address != null) visitor.accept(address, new String[] {object.namespace(), object.name()});
            return true;
        });
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

        private ApiException invalid(List<FieldError> errors) {
            return ApiException.invalid(SERVICE, name, errors);
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
            address(service, old, taken);
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

    private void address(Map<String, Object> service, Map<String, Object> old, Taken taken) {
        Map<String, Object> spec = Trees.map(service, "spec");
        Map<String, Object> oldSpec = old == null ? null : Trees.map(old, "spec");
        if ("ExternalName".equals(spec.get("type"))) {
            for (String field : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) spec.remove(field);
            return;
        }
        List<FieldError> wrong = IpFamilies.fill(spec, oldSpec);
        if (!wrong.isEmpty()) throw taken.invalid(wrong);
        String wanted = text(spec, "clusterIP");
        if (wanted.isEmpty() && Trees.list(spec, "clusterIPs").size() == 1) {
            wanted = String.valueOf(Trees.list(spec, "clusterIPs").getFirst());
        }
        String before = old == null ? null : addressOf(old);
        if (wanted.isEmpty() && before != null) wanted = before;
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
            why = "the provided network does not match the current range";
        } else if (!addresses.take(wanted)) {
            why = "provided IP is already allocated";
        }
        if (why != null) {
            throw taken.invalid(List.of(FieldError.invalid(
                    "spec.clusterIPs", List.of(wanted), "failed to allocate IP " + wanted + ": " + why)));
        }
        taken.newAddresses.add(wanted);
        return wanted;
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
            throw taken.invalid(List.of(FieldError.invalid(
                    field,
                    wanted,
                    "provided port is not in the valid range. The range of valid ports is " + ports.text())));
        }
        if (!ports.take((int) wanted)) {
            throw taken.invalid(List.of(FieldError.invalid(field, wanted, "provided port is already allocated")));
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
