# The debugger's settings for `make debug`, and where it stops. Type `run`, send a request, and look: `bt` reads as the
# request's way, `p x` shows what is known by then (the Exchange), `finish` and `continue` go on.
set pagination off
set confirm off
set print pretty on
set print object on
set print thread-events off
set breakpoint pending on
set backtrace limit 12

# A peer that went away is a return value here, and the gateway waits for its signals (sigwait), where a debugger does not
# see them: Ctrl-C drains and stops it as ever. Ctrl-\ is the key that stops it here and gives you the prompt.
handle SIGPIPE nostop noprint pass
handle SIGTERM SIGHUP nostop print pass
handle SIGQUIT stop print nopass

# `step` goes into the gateway's functions, not into the libraries'.
skip -gfi /usr/include/*/*
skip -gfi /usr/include/c++/*/*
skip -gfi /usr/include/c++/*/*/*

# The stages of a request, in their order. Take out what you do not want to see, add what you do.
break pipeline.cpp:proxy
break pipeline.cpp:find_route
break candidates.cpp:find_candidates
break candidates.cpp:pick_backend
break pipeline.cpp:call_backend
