package io.k8j.kubelet.runtime;

import io.k8j.kubelet.runtime.ContainerScript.Command;
import io.k8j.kubelet.runtime.ContainerScript.Line;
import io.k8j.kubelet.runtime.ContainerScript.LoadStep;
import io.k8j.kubelet.runtime.ContainerScript.Start;
import io.k8j.kubelet.runtime.ContainerScript.Window;
import io.k8j.kubelet.script.Field;
import io.k8j.kubelet.script.ScriptException;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.quantity.QuantityException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the containers of a Pod are played, as its annotation {@value SimulatedRuntime#SCRIPT} says in YAML:
 *
 * <pre>
 * containers:
 *   app:                        # or "*" for all others
 *     starts:                   # the first start, the second, …; the last one repeats
 *     - runs: 5s                # left out: until it is stopped
 *       exitCode: 137
 *       reason: OOMKilled
 *       message: last words
 *       log: [plain line, {after: 1s, line: later, stream: stderr}]
 *       ready: {after: 2s, until: 4s}    # likewise live and started
 *     - startFailure: "exec: not found"
 *     exec:
 *     - {command: cat /etc/motd, output: "hello\n", error: "", exitCode: 0, takes: 1s}
 *     cpu: 250m
 *     memory: 64Mi
 *     load:                     # later in its life
 *     - {after: 1m, cpu: 900m}
 *     - {after: 5m, cpu: 10m, memory: 32Mi}
 *     stops: 3s
 * images:
 *   example.test/app:1: {failures: 2, message: denied, takes: 1s, size: 10Mi}
 * </pre>
 */
public record PodScript(Map<String, ContainerScript> containers, Map<String, ImageScript> images) {
    public static final PodScript NONE = new PodScript(Map.of(), Map.of());

    public PodScript {
        containers = Map.copyOf(containers);
        images = Map.copyOf(images);
    }

    Optional<ContainerScript> container(String name) {
        return Optional.ofNullable(containers.getOrDefault(name, containers.get("*")));
    }

    /**
     * Reads a script.
     *
     * @param source what messages call it
     * @throws ScriptException at the first mistake, with line and field
     */
    public static PodScript read(String source, String yaml) {
        List<Field> documents = Field.documents(source, yaml);
        if (documents.isEmpty()) return NONE;
        Field root = documents.getFirst().only("containers", "images");
        Map<String, ContainerScript> containers = new LinkedHashMap<>();
        root.find("containers").map(Field::fields).orElse(Map.of()).forEach((name, field) -> {
            containers.put(name, container(field));
        });
        Map<String, ImageScript> images = new LinkedHashMap<>();
        root.find("images").map(Field::fields).orElse(Map.of()).forEach((name, field) -> {
            images.put(name, image(field));
        });
        return new PodScript(containers, images);
    }

    private static ContainerScript container(Field field) {
        field.only("starts", "exec", "cpu", "memory", "load", "stops");
        ContainerScript usual = ContainerScript.DEFAULT;
        long cpuMillis = field.find("cpu").map(cpu -> amount(cpu, 1000)).orElse(usual.cpuMillis());
        long memoryBytes = field.find("memory").map(memory -> amount(memory, 1)).orElse(usual.memoryBytes());
        return new ContainerScript(
                field.find("starts").map(Field::list).orElse(List.of()).stream()
                        .map(PodScript::start)
                        .toList(),
                field.find("exec").map(Field::list).orElse(List.of()).stream()
                        .map(PodScript::command)
                        .toList(),
                cpuMillis,
                memoryBytes,
                load(field, new Load(cpuMillis, memoryBytes)),
                duration(field, "stops"));
    }

    private static List<LoadStep> load(Field field, Load first) {
        List<LoadStep> steps = new ArrayList<>();
        Load before = first;
        for (Field step : field.find("load").map(Field::list).orElse(List.of())) {
            step.only("after", "cpu", "memory");
            Duration after = step.get("after").duration();
            if (!steps.isEmpty() && after.compareTo(steps.getLast().after()) <= 0) {
                throw step.get("after").fault("must be later than the step before");
            }
            long cpuMillis = step.find("cpu").map(cpu -> amount(cpu, 1000)).orElse(before.cpuMillis());
            long memoryBytes =
                    step.find("memory").map(memory -> amount(memory, 1)).orElse(before.memoryBytes());
            before = new Load(cpuMillis, memoryBytes);
            steps.add(new LoadStep(after, before));
        }
        return steps;
    }

    private static Start start(Field field) {
        field.only("runs", "exitCode", "reason", "message", "startFailure", "log", "started", "ready", "live");
        return new Start(
                field.find("runs").map(Field::duration).orElse(null),
                (int) (long)
                        field.find("exitCode").map(code -> code.whole(0, 255)).orElse(0L),
                text(field, "reason"),
                text(field, "message"),
                text(field, "startFailure"),
                field.find("log").map(Field::list).orElse(List.of()).stream()
                        .map(PodScript::line)
                        .toList(),
                window(field, "started"),
                window(field, "ready"),
                window(field, "live"));
    }

    private static Line line(Field field) {
        if (!field.isMap()) return new Line(Duration.ZERO, "stdout", field.text());
        field.only("after", "line", "stream");
        return new Line(
                duration(field, "after"),
                field.find("stream").map(s -> s.word("stdout", "stderr")).orElse("stdout"),
                field.get("line").text());
    }

    private static Window window(Field in, String name) {
        Optional<Field> field = in.find(name);
        if (field.isEmpty()) return Window.ALWAYS;
        field.get().only("after", "until");
        return new Window(
                duration(field.get(), "after"),
                field.get().find("until").map(Field::duration).orElse(null));
    }

    private static Command command(Field field) {
        field.only("command", "output", "error", "exitCode", "takes");
        return new Command(
                text(field, "command"),
                text(field, "output"),
                text(field, "error"),
                (int) (long)
                        field.find("exitCode").map(code -> code.whole(0, 255)).orElse(0L),
                duration(field, "takes"));
    }

    private static ImageScript image(Field field) {
        field.only("failures", "message", "takes", "size");
        ImageScript usual = ImageScript.DEFAULT;
        return new ImageScript(
                (int) (long) field.find("failures")
                        .map(count -> count.whole(0, Integer.MAX_VALUE))
                        .orElse(0L),
                text(field, "message"),
                duration(field, "takes"),
                field.find("size").map(size -> amount(size, 1)).orElse(usual.size()));
    }

    private static String text(Field in, String name) {
        return in.find(name).map(Field::text).orElse("");
    }

    private static Duration duration(Field in, String name) {
        return in.find(name).map(Field::duration).orElse(Duration.ZERO);
    }

    private static long amount(Field field, int scale) {
        try {
            BigDecimal amount = Quantity.parse(field.text()).amount().multiply(BigDecimal.valueOf(scale));
            if (amount.signum() < 0) throw field.fault("must not be negative");
            return amount.longValue();
        } catch (QuantityException e) {
            throw field.fault("must be a quantity such as 250m or 64Mi: " + e.getMessage());
        }
    }
}
