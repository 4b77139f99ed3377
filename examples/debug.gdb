# The debugger's settings for `make debug`, and where it stops: see docs/debugging.md. Type `run`, send a request from another
# terminal, and look: each stop says what is known of the request by then. `continue` goes to the next stage, `step` into the
# code, `finish` out of it; `bt` reads as the request's way, `who` says what every thread does.
source examples/glassgate_gdb.py
set pagination off
set confirm off
set print pretty on
set print object on
set print address off
set print thread-events off
set breakpoint pending on

# A peer that went away is a return value here, and the gateway waits for its signals (sigwait), where a debugger does not
# see them: Ctrl-C drains and stops it as ever. Ctrl-\ is the key that stops it here and gives you the prompt.
handle SIGPIPE nostop noprint pass
handle SIGTERM SIGHUP nostop print pass
handle SIGQUIT stop print nopass

# `step` goes into the gateway's functions, not into the libraries', nor into what only passes a call on.
skip -gfi /usr/include/*/*
skip -gfi /usr/include/c++/*/*
skip -gfi /usr/include/c++/*/*/*
skip -fu glassgate::Next::Next

# The stages of a request, in their order. Take out what you do not want to see (`delete 3`), add what you do.
break request_check.cpp:check_request
break pipeline.cpp:find_route
break pipeline.cpp:passes_route_limit
break candidates.cpp:find_candidates
break candidates.cpp:pick_backend
break upstream_request.cpp:run
break upstream_request.cpp:relay_answer
break outcome.cpp:settle_outcome
break access_log.cpp:access_line
commands 1-9
  request
end
