package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.scenarios.checker.JsonLines;
import java.util.concurrent.TimeUnit;

/**
 * What workers do: the command says for how many milliseconds, and whether it is to fail. Begin and end of each
 * execution go to the recorder before anything of it can be seen elsewhere.
 */
record SimulatedWork(String worker, RecorderClient recorderClient) implements TaskHandler {
    static final String FAIL = "fail";

    @Override
    public Payload handle(Task task) throws Exception {
        String command = task.command().text();
        String[] words = command.split(" ");
        long ms = Long.parseLong(words[1]);
        recorderClient.report(line("begin", task, command).put("ms", ms));
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            recorderClient.report(line("end", task, command).put("ended", "interrupted"));
            throw e;
        }
        if (words.length > 2 && words[2].equals(FAIL)) {
            recorderClient.report(line("end", task, command).put("ended", "failed"));
            throw new IllegalStateException(worker + " " + command);
        }
        recorderClient.report(line("end", task, command).put("ended", "done"));
        return Payload.of(worker + " " + command);
    }

    private static ObjectNode line(String type, Task task, String command) {
        return JsonLines.line("execute", type).put("task", task.id().name()).put("command", command);
    }
}
