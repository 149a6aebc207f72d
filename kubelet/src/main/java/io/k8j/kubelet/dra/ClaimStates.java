package io.k8j.kubelet.dra;

import io.k8j.kubelet.dra.ClaimState.PreparedDevice;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All claims in use, kept in a file so that a new start knows what has to be undone. Not thread-safe. */
final class ClaimStates {
    private static final Logger log = LoggerFactory.getLogger(ClaimStates.class);

    private final Path file;
    private final Map<String, ClaimState> states = new TreeMap<>(); // by namespace/name

    private ClaimStates(Path file) {
        this.file = file;
    }

    /** Reads the file if it is there. */
    static ClaimStates open(Path file) throws IOException {
        ClaimStates states = new ClaimStates(file);
        if (Files.exists(file)) {
            try {
                for (Object claim :
                        Trees.list(Json.parseObject(Files.readAllBytes(file)).get("claims"))) {
                    ClaimState state = read(Trees.map(claim));
                    states.states.put(state.key(), state);
                }
            } catch (JsonException | ClassCastException | NullPointerException e) {
                // A file that is damaged tells nothing; drivers are asked again for what runs.
                log.atWarn()
                        .addKeyValue("file", file)
                        .addKeyValue("cause", e.toString())
                        .log("claims cannot be read");
            }
        }
        return states;
    }

    ClaimState get(String namespace, String name) {
        return states.get(namespace + "/" + name);
    }

    Collection<ClaimState> all() {
        return List.copyOf(states.values());
    }

    void put(ClaimState state) {
        states.put(state.key(), state);
    }

    void remove(ClaimState state) {
        states.remove(state.key());
    }

    void save() throws IOException {
        List<Object> claims = new ArrayList<>();
        states.values().forEach(state -> claims.add(write(state)));
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.write(draft, Json.write(Map.of("claims", claims)));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Map<String, Object> write(ClaimState state) {
        Map<String, Object> drivers = new TreeMap<>();
        state.devices()
                .forEach((driver, devices) -> drivers.put(
                        driver,
                        devices.stream()
                                .map(device -> Map.of(
                                        "pool", device.pool(),
                                        "device", device.device(),
                                        "requests", device.requests(),
                                        "cdi", device.cdi()))
                                .toList()));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("namespace", state.namespace());
        tree.put("name", state.name());
        tree.put("uid", state.uid());
        tree.put("pods", List.copyOf(state.pods()));
        tree.put("drivers", drivers);
        return tree;
    }

    private static ClaimState read(Map<String, Object> tree) {
        Map<String, List<PreparedDevice>> drivers = new TreeMap<>();
        Trees.map(tree.get("drivers"))
                .forEach((driver, devices) -> drivers.put(
                        driver,
                        Trees.list(devices).stream()
                                .map(Trees::map)
                                .map(device -> new PreparedDevice(
                                        (String) device.get("pool"),
                                        (String) device.get("device"),
                                        texts(device.get("requests")),
                                        texts(device.get("cdi"))))
                                .toList()));
        return new ClaimState(
                (String) tree.get("namespace"),
                (String) tree.get("name"),
                (String) tree.get("uid"),
                Set.copyOf(texts(tree.get("pods"))),
                drivers,
                false);
    }

    private static List<String> texts(Object list) {
        return Trees.list(list).stream().map(String.class::cast).toList();
    }
}
